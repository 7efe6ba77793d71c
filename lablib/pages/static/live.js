// Brings the panels of a page to life: their model is loaded from a script beside the page once one of
// them comes near, a worker computes, and a stand-in answers for each panel.

import { STAND_INS } from "../stand_ins/all.js";
import { wake } from "./controls.js";
import { Library } from "./library.js";

const NEAR = "400px"; // from the window: a panel so near gets its model

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
