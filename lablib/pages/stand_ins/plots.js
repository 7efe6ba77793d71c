// A plot of plotly's, changed in place as `plot.batch_update()` changes it from Python.

/**
 * @param {import("./stand_in.js").StandIn} panel
 * @param {string} part   the plot's name
 * @param {Record<string, any[]>} styles   by a trace's property, its value for each trace
 * @param {Record<string, any>} layout     by a property's path, as "xaxis.title.text"
 */
export function redraw(panel, part, styles, layout = {}) {
  const command = { style_data: styles, layout_data: layout, style_traces: null, trace_edit_id: 0, layout_edit_id: 0, source_view_id: null };
  panel.set(part, { _py2js_update: command });
  panel.set(part, { _py2js_update: null });
}

/**
 * A text as a plot shows it, which would read tags in it: `lablib.widgets.html.escape(text)`.
 * @param {string} text
 */
export function escaped(text) {
  return text.replace(/[&<>"']/g, (mark) => ENTITIES[mark]);
}

/** @type {Record<string, string>} */
const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;" };

/**
 * A matrix in one row of numbers as plotly takes it, [rows][columns].
 * @param {Float32Array} values
 * @param {number} width
 */
export function rowsIn(values, width) {
  return Array.from({ length: values.length / width }, (_, i) => Array.from(values.subarray(i * width, (i + 1) * width)));
}
