// What a plot is, in words, for those who cannot see it. Its numbers stand beside it, in words or a table.

/** A text of plotly without its tags. */
const untagged = (text) => (text ?? "").replace(/<[^>]*>/g, " ").trim();

/** What the axes and the traces of a plot are called. */
function plotWords(data, layout) {
  const titles = ["yaxis", "xaxis"].map((axis) => untagged(layout[axis]?.title?.text)).filter(Boolean);
  const shown = data.filter((trace) => trace.visible !== false && trace.name);
  const names = shown.map((trace) => untagged(trace.name)).join(", ");
  return ["Plot", titles.length && ` of ${titles.join(" against ")}`, names && `: ${names}`].filter(Boolean).join("");
}

/** Keeps these words on the plot's element, which then is one picture to a screen reader. */
export function describePlot(el) {
  const describe = () => el.setAttribute("aria-label", plotWords(el.data ?? [], el.layout ?? {}));
  el.setAttribute("role", "img");
  el.on?.("plotly_afterplot", describe);
  describe();
}
