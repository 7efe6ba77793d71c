// Brings the panels of a page to life: their model is loaded from a script beside the page once one of
// them comes near, a worker computes, and a stand-in answers for each panel.

import { Engine } from "../engine/client.js";
import { STAND_INS } from "../stand_ins/all.js";
import { wake } from "./controls.js";

const NEAR = "400px"; // from the window: a panel so near gets its model

/** What stands in a panel's note where its model could not be had. */
function missing(script) {
  return (
    `The file ${script}, which holds the model, could not be loaded from this page\u2019s folder. So what is greyed shows ` +
    "what it showed when the page was made. Keep the pages and their scripts in one folder, or open the lab in JupyterLab."
  );
}

/** The models of a page: each is loaded and opened when it is first asked for. */
class Library {
  /**
   * @param {string} worker   the script of the engine's thread
   * @param {Record<string, { script: string }>} carried   in which script each model is
   */
  constructor(worker, carried) {
    this._worker = worker;
    this._carried = carried;
    /** @type {Engine | undefined} */
    this._engine = undefined;
    this._loaded = new Map();
    this._opened = new Map();
  }

  get engine() {
    this._engine ??= new Engine(this._worker);
    return this._engine;
  }

  /** Resolves once a model is open; fails with a sentence. */
  open(name) {
    if (!this._opened.has(name)) this._opened.set(name, this._open(name));
    return this._opened.get(name);
  }

  async _open(name) {
    const { script } = this._carried[name];
    if (!this._loaded.has(script)) this._loaded.set(script, load(script));
    await this._loaded.get(script);
    this.engine.open(name, globalThis.labModels[name]);
    delete globalThis.labModels[name]; // the worker has it now
  }
}

/** Runs a script that lies beside the page. */
function load(script) {
  return new Promise((resolve, reject) => {
    const tag = document.createElement("script");
    tag.src = script;
    tag.addEventListener("load", resolve);
    tag.addEventListener("error", () => reject(new Error(missing(script))));
    document.head.append(tag);
  });
}

/** What a stand-in asks: the library for the model, then the engine for the task. */
function asking(library, owner) {
  return {
    async run(model, task, what, onPart) {
      await library.open(model);
      return library.engine.run(owner, model, task, what, onPart);
    },
    stop: () => library.engine.stop(owner),
  };
}

/** Gives a panel its model, its stand-in and its controls. */
async function revive(panel, { script, model, parts }, { library, models, names, carried }) {
  const say = (words) => notes(panel).forEach((note) => (note.textContent = words));
  try {
    await library.open(model);
  } catch (error) {
    return say(error.message);
  }
  const given = Object.fromEntries(Object.entries(parts).map(([name, id]) => [name, models[id]]).filter(([, part]) => part));
  const standIn = new STAND_INS[script]({ parts: given, model, engine: asking(library, panel), names, carried });
  /** @type {NodeListOf<HTMLElement>} */
  const places = document.querySelectorAll(`[data-live="${panel}"]`);
  for (const place of places) {
    const fields = place.closest("fieldset");
    if (standIn.asleep.includes(place.dataset.name)) continue;
    if (fields) fields.disabled = false;
    else if (!place.dataset.widget) wake(models[place.dataset.part], place);
  }
  say(standIn.greyed);
  await standIn.begin();
}

/** The places of a panel's note: one for each cell that shows the panel. */
function notes(panel) {
  return [...document.querySelectorAll(`[data-note="${panel}"]`)];
}

/** Calls `act` once, when one of some elements comes near. */
function whenNear(elements, act) {
  const watch = new IntersectionObserver(
    (seen) => {
      if (!seen.some(({ isIntersecting }) => isIntersecting)) return;
      watch.disconnect();
      act();
    },
    { rootMargin: NEAR },
  );
  for (const one of elements) watch.observe(one);
}

/**
 * @param {{ panels: Record<string, any>, worker: string, carried: Record<string, any>, names: any }} page
 * @param {Record<string, any>} models   of all widgets, by id
 */
export function bring({ panels, worker, carried, names }, models) {
  const library = new Library(worker, carried);
  for (const [panel, about] of Object.entries(panels))
    whenNear(notes(panel).map((note) => note.parentElement), () => revive(panel, about, { library, models, names, carried }));
}
