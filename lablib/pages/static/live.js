// Brings the panels of a page to life: their model is loaded from a script beside the page once one of
// them comes near, a worker computes, and a stand-in answers for each panel.

import { STAND_INS } from "../stand_ins/all.js";
import { button, element, write } from "../../widgets/static/dom.js";
import { moduleOf } from "../../widgets/static/page_model.js";
import { settingIn, wake } from "./controls.js";
import { Library } from "./library.js";
import { fragmentOf, leftWords, LONGEST, panelNames, readAll, stateOf, writeAll } from "./links.js";

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

/** Gives a panel its model, its stand-in and its controls; gives back its stand-in, none where there is no model. */
async function revive(panel, { script, model, drawn_by: drawnBy, parts, data }, { library, models, names, carried }) {
  const say = (words) => notes(panel).forEach((note) => (note.textContent = words));
  try {
    await library.open(model);
  } catch (error) {
    say(error.message);
    return null;
  }
  const given = Object.fromEntries(Object.entries(parts).map(([name, id]) => [name, models[id]]).filter(([, part]) => part));
  const standIn = new STAND_INS[script]({ parts: given, model, drawnBy, engine: asking(library, panel), names, data, carried });
  for (const place of placesOf(panel)) {
    const fields = place.closest("fieldset");
    if (standIn.asleep.includes(place.dataset.name)) continue;
    if (fields) fields.disabled = false;
    else if (!place.dataset.widget) wake(models[place.dataset.part], place);
  }
  say(standIn.greyed);
  await standIn.begin();
  return standIn;
}

/** @returns {NodeListOf<HTMLElement>} where the parts of a panel stand */
function placesOf(panel) {
  return document.querySelectorAll(`[data-live="${panel}"]`);
}

/** What a link may set of a panel, by `part.trait`: what a reader sets in its views and its other controls. */
async function settingsOf(panel, standIn, models) {
  const found = {};
  for (const place of placesOf(panel)) {
    const { name, part } = place.dataset;
    if (standIn.asleep.includes(name)) continue;
    const own = place.dataset.widget ? await settingsInView(models[part]) : settingIn(place, models[part]);
    for (const [trait, setting] of Object.entries(own)) found[`${name}.${trait}`] = setting;
  }
  return found;
}

/** What a view says a link may set of it. */
async function settingsInView(model) {
  const { settings = {} } = await moduleOf(model.get("_esm"));
  const setting = ([trait, take]) => [
    trait,
    { read: () => model.get(trait), take: (value) => take(value, model), write: (value) => model.set(trait, value) },
  ];
  return Object.fromEntries(Object.entries(settings).map(setting));
}

/** Opens the model that a link asks for, where the panel has a choice; gives back what is to be said. */
function openModel(standIn, name) {
  if (name === standIn.model) return "";
  if (standIn.choosesModel && Object.hasOwn(standIn.carried, name)) {
    standIn.parts.head.send({ open: name });
    return "";
  }
  return "The link was made with another model, which this page does not have here.";
}

/** Puts a button below a panel that copies a link to it as it stands; gives back a way to say something there. */
function offerLink(name, panel, standIn, models) {
  const say = (words) => lines.forEach((said) => write(said, words));
  const copy = async () => {
    const settings = readAll(await settingsOf(panel, standIn, models));
    const fragment = fragmentOf({ panel: name, model: standIn.model, settings });
    say(fragment.length > LONGEST ? "The text is too long for a link." : await copyLink(fragment));
  };
  const lines = notes(panel).map((note) => {
    const row = element("p", "page-link");
    const said = element("span");
    said.setAttribute("role", "status");
    row.append(button("lab-button", "Copy a link to this state", copy), " ", said);
    note.after(row);
    return said;
  });
  return say;
}

/** Puts a link to this page into the address bar and, where the browser lets it, on the clipboard. */
async function copyLink(fragment) {
  const link = new URL(fragment, location.href).href;
  history.replaceState(null, "", fragment);
  try {
    await navigator.clipboard.writeText(link);
  } catch {
    return "The browser lets no page use its clipboard: take the link from the address bar.";
  }
  if (location.protocol !== "file:") return "Copied: the link opens this page with the panel as it stands.";
  return "Copied. The link leads to this page on your disk: for others, put the part from # on behind their page\u2019s address.";
}

/** Says at the head of the page what is wrong with a link. */
function complain(words) {
  const line = element("p", "page-problem", words);
  line.setAttribute("role", "alert");
  document.querySelector("main").prepend(line);
  line.scrollIntoView();
}

/** Brings a panel into sight, or the question that covers it until it is answered; whether it is seen. */
function bringIntoSight(panel) {
  const box = notes(panel)[0].parentElement;
  const seen = box.checkVisibility();
  (seen ? box : (box.closest(".lab-ex-question") ?? box)).scrollIntoView();
  return seen;
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

/** The same function, which is called once at most. */
function once(act) {
  let result;
  return () => (result ??= act());
}

/**
 * @param {{ panels: Record<string, any>, worker: string, carried: Record<string, any>, names: any }} page
 * @param {Record<string, any>} models   of all widgets, by id
 */
export function bring({ panels, worker, carried, names }, models) {
  const library = new Library(worker, carried);
  const ids = panelNames(panels);
  const awake = {};
  for (const [name, panel] of Object.entries(ids)) {
    awake[name] = once(async () => {
      const standIn = await revive(panel, panels[panel], { library, models, names, carried });
      return standIn && { standIn, say: offerLink(name, panel, standIn, models) };
    });
    whenNear(notes(panel).map((note) => note.parentElement), awake[name]);
  }

  /** Opens the state that the page's address asks for. */
  const openState = async () => {
    try {
      const state = stateOf(location.hash);
      if (!state) return;
      if (!Object.hasOwn(awake, state.panel)) throw new Error("The panel of this link to a state is not on this page.");
      const panel = ids[state.panel];
      bringIntoSight(panel);
      const live = await awake[state.panel]();
      if (!live) return; // its note says why
      const otherModel = openModel(live.standIn, state.model);
      const left = writeAll(await settingsOf(panel, live.standIn, models), state.settings);
      live.say([otherModel, leftWords(left)].filter(Boolean).join(" ") || "Set as the link says.");
      await window.shown; // what is drawn above moves the panel
      if (!bringIntoSight(panel)) complain("The panel of this link is below a question: answer it, or let it be, and you see it.");
    } catch (error) {
      complain(error.message);
    }
  };
  addEventListener("hashchange", openState);
  openState();
}
