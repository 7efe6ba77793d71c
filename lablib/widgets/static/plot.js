// A plot: plotly's own widget, which is loaded once for all plots of a page.
//
// anywidget gives a widget two seconds to begin, and what Python says to one that takes longer is
// lost for good. plotly has five megabytes to read, and a busy machine may need longer for them. So a
// plot begins at once; what Python says meanwhile is kept, and said again when plotly is there.

import { listen } from "./late_start.js";
import { describePlot } from "./plot_words.js";

const COMMANDS = [
  "addTraces", "deleteTraces", "moveTraces", "restyle", "relayout", "update", "animate", "removeLayoutProps",
  "removeTraceProps",
].map((name) => `_py2js_${name}`);

/**
 * The model that carries plotly's script for all plots of a kernel: a page may know it later than them, or
 * never, if the kernel was restarted. None once another plot has brought the script.
 */
async function carrierOf(model) {
  while (!window.lablibPlotly) {
    const found = await model.widget_manager.get_model(model.get("_carrier")).catch(() => null);
    if (found) return found;
    await new Promise((again) => setTimeout(again, 100));
  }
  return null;
}

/** plotly, of a script that is a text or, from a carrier, compressed. */
async function importPlotly(text, carrier) {
  const unpacked = () => new Blob([carrier.get("script")]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = text ?? (await new Response(unpacked()).blob());
  return import(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
}

/** plotly's widget, made anew for each plot out of one module. */
async function newFigure(model) {
  const text = model.get("_plotly"); // a page without a kernel has it in the plot's own state
  const carrier = text ? null : await carrierOf(model);
  window.lablibPlotly ??= importPlotly(text, carrier);
  return (await window.lablibPlotly).default();
}

/** Keeps what is said to a model; gives back a way to say it all again, in the same order. */
function keepCommands(model) {
  const said = [];
  const listeners = COMMANDS.map((name) => [`change:${name}`, () => said.push([name, model.get(name)])]);
  for (const [event, listen] of listeners) model.on(event, listen);
  return () => {
    for (const [event, listen] of listeners) model.off(event, listen);
    // Python takes each command back at once, so the last that is said again is "nothing".
    for (const [name, command] of said) model.set(name, command);
  };
}

async function begin(model) {
  const sayAgain = keepCommands(model);
  const figure = await newFigure(model);
  figure.initialize({ model });
  sayAgain();
  return figure;
}

/**
 * Resolves once an element has a width: where there is none to measure, plotly takes 700 pixels.
 * @returns {Promise<void>}
 */
function laidOut(el) {
  return new Promise((resolve) => {
    const watcher = new ResizeObserver(() => {
      if (!el.clientWidth) return;
      watcher.disconnect();
      resolve();
    });
    watcher.observe(el);
  });
}

export default () => {
  let figure, heard;
  return {
    initialize({ model }) {
      figure = begin(model);
      heard = listen(model); // plotly's view draws what the model knows at first, and then changes alone
    },
    async render({ model, el }) {
      const [ready] = await Promise.all([figure, laidOut(el), heard]);
      const forget = await ready.render({ model, el });
      describePlot(el);
      el.style.setProperty("--lab-plot-height", `${model.get("_widget_layout").height}px`);
      return forget;
    },
  };
};
