// A panel of a page in Node: the models of its parts, its stand-in, and the engine in this thread.

import { Jobs } from "../../lablib/pages/engine/jobs.js";
import { TASKS } from "../../lablib/pages/engine/tasks.js";
import { STAND_INS } from "../../lablib/pages/stand_ins/all.js";
import { openModel, openTokenizer } from "../../lablib/pages/engine/engine.js";
import { pageModel, readState } from "../../lablib/widgets/static/page_model.js";
import strip from "../../lablib/widgets/static/strip.js";

export { uniforms } from "../../lablib/pages/engine/uniforms.js";
export { figure, general, repr } from "../../lablib/pages/stand_ins/python.js";
export { hasShape, spoken, visible } from "../../lablib/pages/stand_ins/chips.js";

const opened = new Map();

/** Opens all models, as the engine's thread opens one. */
export async function open() {
  for (const [name, packed] of Object.entries(globalThis.labModels))
    opened.set(name, { model: packed.values && (await openModel(packed)), tokenizer: openTokenizer(packed) });
}

/** The engine as a stand-in asks it (`asking` in live.js), without a thread of its own. */
function asking() {
  const asked = new Map();
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const jobs = new Jobs(
    ({ model, task, what }) => TASKS[task](opened.get(model), what),
    ({ number, part, end, message }) => {
      const { onPart, resolve, reject } = asked.get(number);
      if (!end) onPart(structuredClone(part));
      else if (end === "failed") reject(new Error(message));
      else resolve(end);
    },
    turn,
  );
  let numbers = 0;
  return {
    run: (model, task, what, onPart) =>
      new Promise((resolve, reject) => {
        const number = ++numbers;
        asked.set(number, { onPart, resolve, reject });
        jobs.add({ number, owner: "panel", model, task, what: structuredClone(what) });
      }),
    stop: () => jobs.stop("panel"),
  };
}

/** Puts what a plot is told into its state, as plotly's own widget does. */
function followUpdates(plot) {
  const put = (whole, path, value) => {
    const names = path.split(".");
    const last = names.pop();
    names.reduce((part, name) => (part[name] ??= {}), whole)[last] = value;
  };
  plot.on("change:_py2js_update", () => {
    const update = plot.get("_py2js_update");
    if (!update) return;
    for (const [path, values] of Object.entries(update.style_data))
      plot.get("_widget_data").forEach((trace, i) => put(trace, path, values[i]));
    for (const [path, value] of Object.entries(update.layout_data)) put(plot.get("_widget_layout"), path, value);
  });
}

/** A panel from the states of its parts, as the page has them, and what it is told of itself. */
export function panel(states, { script, model, drawn_by: drawnBy, data }, more) {
  const parts = Object.fromEntries(Object.entries(readState(JSON.stringify(states))).map(([name, state]) => [name, pageModel(state)]));
  for (const part of Object.values(parts)) if (part.get("tokens")) strip.initialize({ model: part });
  for (const part of Object.values(parts)) if (part.get("_widget_data")) followUpdates(part);
  return new STAND_INS[script]({ parts, model, drawnBy, engine: asking(), data, ...more });
}

/** The panel once it rests; `step` is what is done to it first. */
export async function after(live, step) {
  step(live);
  for (let quiet = 0; quiet < 5; quiet++) {
    await new Promise((resolve) => setImmediate(resolve));
    if (live.get("foot", "state") === "working") quiet = 0;
  }
}

/** Traits of the parts: `{ part: [trait, …] }` → the same with their values. */
export function traits(live, wanted) {
  const of = (part, names) => Object.fromEntries(names.map((name) => [name, live.get(part, name)]));
  return Object.fromEntries(Object.entries(wanted).map(([part, names]) => [part, of(part, names)]));
}
