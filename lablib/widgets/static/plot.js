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

/**
 * A model as plotly's widget (7.1) needs it. It can tell who began to listen: a view of plotly's does so
 * still when it is gone, and would fail at each command, and no view after it be told. And it tells Python
 * nothing any more once it was closed, when a view may just have been drawn.
 */
function forPlotly(model) {
  const listeners = [];
  let closed = false;
  model.on("destroy", () => {
    closed = true;
  });
  const on = (event, listener) => {
    listeners.push([event, listener]);
    model.on(event, listener);
  };
  return { ...model, on, listeners, save_changes: () => closed || model.save_changes() };
}

/** plotly's widget, begun: gives what shows it in an element, which gives what takes it away again. */
async function begin(model) {
  const sayAgain = keepCommands(model);
  const figure = await newFigure(model);
  const heard = forPlotly(model);
  figure.initialize({ model: heard });
  sayAgain();
  return (el) => {
    const before = heard.listeners.length;
    const remove = figure.render({ model: heard, el });
    const listeners = heard.listeners.splice(before);
    return () => {
      for (const [event, listener] of listeners) model.off(event, listener);
      remove();
    };
  };
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
  let figure, told;
  return {
    initialize({ model }) {
      figure = begin(model);
      told = listen(model); // plotly's view draws what the model knows at first, and then changes alone
    },
    async render({ model, el }) {
      const [show] = await Promise.all([figure, laidOut(el), told]);
      const forget = show(el);
      describePlot(el);
      el.style.setProperty("--lab-plot-height", `${model.get("_widget_layout").height}px`);
      return forget;
    },
  };
};
