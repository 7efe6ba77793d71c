// Binds what stands on the page for a widget of ipywidgets to its model, both ways.

import { element } from "../../widgets/static/dom.js";
import { bars, table } from "./tables.js";

/** A number as short as it can be. */
const short = (value) => String(Number(value.toPrecision(4)));

const LONGEST = 10_000; // characters of a text field that a link may set

/**
 * How each kind of control is read and drawn: the event in which it changes, its trait, both ways; and what
 * it takes of a link, undefined where that cannot be its value.
 */
const KINDS = {
  range: {
    event: "input",
    trait: "value",
    read: ({ value }, model) => stepped(Number(value), model),
    draw(field, value) {
      field.value = value;
      field.nextElementSibling.textContent = short(value);
    },
    take: (value, model) => (Number.isFinite(value) ? within(stepped(value, model), model) : undefined),
  },
  checkbox: {
    event: "change",
    trait: "value",
    read: ({ checked }) => checked,
    draw: (field, value) => (field.checked = value),
    take: (value) => (typeof value === "boolean" ? value : undefined),
  },
  "select-one": {
    event: "change",
    trait: "index",
    read: ({ selectedIndex }) => selectedIndex,
    draw: (field, value) => (field.selectedIndex = value),
    take: (value, model) => (Number.isInteger(value) && value in model.get("_options_labels") ? value : undefined),
  },
  number: {
    event: "change",
    trait: "value",
    read: (field, model) => within(Math.round(Number(field.value)), model),
    draw: (field, value) => (field.value = value),
    take: (value, model) => (Number.isFinite(value) ? within(Math.round(value), model) : undefined),
  },
  text: {
    event: "input",
    trait: "value",
    read: ({ value }) => value,
    draw: (field, value) => value !== field.value && (field.value = value),
    take: (value) => (typeof value === "string" ? value.slice(0, LONGEST).toWellFormed() : undefined),
  },
};

/** A number as a slider can have it: a whole one where all of its steps are. */
function stepped(value, model) {
  return ["min", "max", "step"].every((name) => Number.isInteger(model.get(name))) ? Math.round(value) : value;
}

/** A number between the ends of its field; the one before where it is none. */
function within(value, model) {
  if (Number.isNaN(value)) return model.get("value");
  return Math.min(model.get("max"), Math.max(model.get("min"), value));
}

/** The control of a place, and what kind it is. */
function fieldIn(place, model) {
  const field = place.querySelector("input, select");
  const numeric = field?.type === "text" && typeof model.get("value") === "number";
  return field && { field, kind: KINDS[numeric ? "number" : field.type] };
}

/** Lets a control and its model follow each other. */
function bindField(place, model, { field, kind: { event, trait, read, draw } }) {
  field.addEventListener(event, () => {
    model.set(trait, read(field, model));
    draw(field, model.get(trait));
  });
  model.on(`change:${trait}`, () => draw(field, model.get(trait)));
  model.on("change:max", () => (field.max = model.get("max")));
}

function bindButton(button, model) {
  button.addEventListener("click", () => model.send({ event: "click" }));
  model.on("change:description", () => (button.textContent = model.get("description")));
  model.on("change:disabled", () => (button.disabled = model.get("disabled")));
}

/** Lets a button that stays pressed and its model follow each other. */
function bindToggle(button, model) {
  button.addEventListener("click", () => model.set("value", !model.get("value")));
  model.on("change:value", () => button.setAttribute("aria-pressed", model.get("value")));
}

/** Lets what a widget stands in be in sight or not, as its model says. */
export function followDisplay(model, place) {
  model.on("change:display", () => (place.style.display = model.get("display")));
}

/**
 * Lets the HTML of a widget and its model follow each other: whether it is in sight, and its value, which
 * is text here and never HTML, or a `{table}` of texts.
 */
export function bind(model, place) {
  followDisplay(model, place);
  if (place.dataset.widget) return;
  const found = fieldIn(place, model);
  const button = place.querySelector("button");
  if (found) bindField(place, model, found);
  else if (button) {
    bindButton(button, model);
    if (button.hasAttribute("aria-pressed")) bindToggle(button, model);
  }
  else model.on("change:value", () => write(place, model.get("value")));
}

/** @param {string | { table: import("./tables.js").Table } | { bars: import("./tables.js").Bars }} value */
function write(place, value) {
  if (typeof value === "string") place.replaceChildren(element("span", "", value));
  else place.replaceChildren("table" in value ? table(value.table) : bars(value.bars));
}

/**
 * What a link may set in a place: the control that stands there, if it is one that can be set.
 * @returns {Record<string, import("./links.js").Setting>} by its trait
 */
export function settingIn(place, model) {
  if (place.dataset.widget) return {};
  const toggle = place.querySelector("button[aria-pressed]") && { trait: "value", take: KINDS.checkbox.take };
  const kind = fieldIn(place, model)?.kind ?? toggle;
  if (!kind) return {};
  const { trait, take } = kind;
  return { [trait]: { read: () => model.get(trait), take: (value) => take(value, model), write: (value) => model.set(trait, value) } };
}

/** Wakes what is greyed in a place. */
export function wake(model, place) {
  for (const field of place.querySelectorAll("input, select, button")) field.disabled = false;
  if (place.querySelector("button")) place.querySelector("button").disabled = Boolean(model.get("disabled"));
}
