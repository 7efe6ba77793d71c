// The knobs: slider, number field, reset, and one line of explanation. Six are in sight, the others a click away.

import { element, write } from "../../widgets/static/dom.js";
import { NEUTRAL, isOff, logSpaced } from "./knobs_math.js";
import { LABELS, plain } from "./knobs_words.js";

/** hundredths(0, 10, 5) → [0, 0.05, 0.1] */
const hundredths = (from, to, step = 1) =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => (from + i * step) / 100);

/** The stops of the top-k slider: 1, 2, 3 … size on a logarithmic scale, then 0 for "off". */
const topKStops = (size) => [...logSpaced(Math.max(2, size), 240), 0];

/**
 * What a knob is: its limits, the step of its number field, and the values its slider stops at.
 * The scales of top-k and min-p are finer where a small step matters.
 */
export const KNOBS = [
  {
    name: "temperature",
    help: "Divides the scores. 1 changes nothing; below it the favourites gain, above it the outsiders; 0 always takes the favourite.",
    limits: [0, 100],
    step: 0.05,
    stops: () => hundredths(0, 200),
  },
  {
    name: "top_k",
    help: "Keeps the k most likely tokens. 0 keeps all.",
    limits: [0, Infinity],
    step: 1,
    whole: true,
    stops: topKStops,
  },
  {
    name: "top_p",
    help: "Keeps the fewest most likely tokens that hold the probability p together. 1 keeps all.",
    limits: [0, 1],
    step: 0.01,
    stops: () => [...hundredths(0, 99), 0.995, 0.999, 1],
  },
  {
    name: "min_p",
    help: "Keeps tokens at least p times as likely as the favourite. 0 keeps all.",
    limits: [0, 1],
    step: 0.01,
    stops: () => [0, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, ...hundredths(1, 20), ...hundredths(25, 100, 5)],
  },
  {
    name: "typical_p",
    help: "Keeps tokens about as surprising as the average draw, until they hold p together. It can drop the favourite. 1 keeps all.",
    limits: [0, 1],
    step: 0.01,
    stops: () => [...hundredths(0, 99), 0.995, 0.999, 1],
  },
  {
    name: "repetition_penalty",
    help: "Lowers the scores of tokens that the prompt already has (marked \u21ba). 1 changes nothing.",
    limits: [0.01, 100],
    step: 0.05,
    stops: () => hundredths(50, 200),
  },
];

/**
 * A knob of the table in Python (`CONTROLS`), as it travels to the page.
 * @param {{ name: string, help: string, elsewhere: string, least: number, most: number, step: number }} control
 */
export function fromTable({ name, help, elsewhere, least, most, step }) {
  const places = Math.round((most - least) / step);
  return {
    name,
    help: elsewhere ? `${help} Elsewhere: ${elsewhere}.` : help,
    limits: [least, most],
    step,
    whole: step === 1,
    stops: () => Array.from({ length: places + 1 }, (_, i) => Number((least + i * step).toFixed(6))),
  };
}

/** The place of the stop nearest to a value; a value of 0 that means "off" has a stop of its own. */
function nearestStop(stops, value) {
  const exact = stops.indexOf(value);
  if (exact >= 0) return exact;
  const gap = (stop) => Math.abs(stop - value);
  return stops.reduce((best, stop, i) => (gap(stop) < gap(stops[best]) ? i : best), 0);
}

/** A number for a knob, or null if the knob cannot take it. */
export function knobValue(knob, value) {
  const [low, high] = knob.limits;
  const whole = !knob.whole || Number.isInteger(value);
  return typeof value === "number" && value >= low && value <= high && whole ? value : null;
}

/** What a knob can take, in words. */
function limitsText(knob) {
  const [low, high] = knob.limits;
  if (high === Infinity) return `${LABELS[knob.name]} is a whole number; ${low} switches it off.`;
  return `${LABELS[knob.name]} is a ${knob.whole ? "whole " : ""}number from ${low} to ${high}.`;
}

let fields = 0;

/** The parts of one knob, not yet wired. */
function knobParts(knob) {
  const label = LABELS[knob.name];
  const node = element("div", "knobs-knob");
  const caption = element("label", "knobs-name", label);
  const off = element("span", "knobs-off", "off");
  const reset = element("button", "knobs-link", "reset");
  const field = element("input", "knobs-field");
  const slider = element("input", "knobs-slider");
  field.id = caption.htmlFor = `knobs-field-${++fields}`;
  Object.assign(field, { type: "number", min: knob.limits[0], step: knob.step });
  if (knob.limits[1] < Infinity) field.max = knob.limits[1];
  Object.assign(slider, { type: "range", min: 0, step: 1 });
  Object.assign(reset, { type: "button" });
  slider.setAttribute("aria-label", label);
  slider.setAttribute("aria-description", knob.help);
  reset.setAttribute("aria-label", `Reset ${label.toLowerCase()}`);
  slider.dataset.knob = field.dataset.knob = knob.name;
  const top = element("div", "knobs-knob-top");
  top.append(caption, off, reset, field);
  node.append(top, slider);
  return { node, off, reset, field, slider };
}

/**
 * One knob. `change(name, value, since)` is told every move and when the event happened,
 * `explain(text)` what to write under the knobs.
 */
function knobControl(knob, { change, explain }) {
  const { node, off, reset, field, slider } = knobParts(knob);
  let stops = knob.stops(2);
  let shown;
  slider.addEventListener("input", (event) => change(knob.name, stops[slider.value], event.timeStamp));
  reset.addEventListener("click", (event) => change(knob.name, NEUTRAL[knob.name], event.timeStamp));
  field.addEventListener("input", (event) => {
    const value = knobValue(knob, field.valueAsNumber);
    field.setAttribute("aria-invalid", String(value === null));
    explain(value === null ? limitsText(knob) : knob.help);
    if (value !== null) change(knob.name, value, event.timeStamp);
  });
  field.addEventListener("change", () => {
    field.value = plain(shown);
    field.setAttribute("aria-invalid", "false");
  });
  for (const event of ["pointerenter", "focusin"]) node.addEventListener(event, () => explain(knob.help));

  const resize = (size) => {
    stops = knob.stops(size);
    slider.max = stops.length - 1;
  };
  const draw = (value) => {
    shown = value;
    slider.value = nearestStop(stops, value);
    slider.setAttribute("aria-valuetext", isOff(knob.name, value) ? `${plain(value)}, off` : plain(value));
    if (!field.matches(":focus")) field.value = plain(value);
    reset.disabled = isOff(knob.name, value);
    off.hidden = !reset.disabled;
  };
  return { node, resize, draw };
}

const HINT = "Point at a knob to read what it does.";

/** A button that puts the further knobs in the place of the first ones, and back. */
function moreButton(grids) {
  const node = element("button", "knobs-button");
  node.type = "button";
  let turned = 0; // how many of the further ones are
  const draw = (many = turned) => {
    turned = many;
    const open = !grids[1].hidden;
    node.setAttribute("aria-pressed", String(open));
    write(node, open ? "The first six" : turned ? `More knobs (${turned} on)` : "More knobs");
  };
  node.addEventListener("click", () => {
    for (const grid of grids) grid.hidden = !grid.hidden;
    draw();
  });
  return { node, draw };
}

/** A grid of knobs. */
function knobGrid(knobs, told, atRest) {
  const node = element("div", "knobs-knobs lab-main-control");
  node.addEventListener("pointerleave", () => told.explain(atRest));
  const controls = knobs.map((knob) => [knob.name, knobControl(knob, told)]);
  node.append(...controls.map(([, control]) => control.node));
  return { node, controls };
}

/**
 * These knobs, the line that explains the one at hand, and "reset all" where there are several; the
 * knobs `more` come in their place when asked for.
 */
export function knobBoard(knobs, more, { change, resetAll }) {
  const node = element("section", "knobs-board");
  node.setAttribute("aria-label", "Knobs");
  const atRest = knobs.length === 1 ? knobs[0].help : HINT;
  const hint = element("span", "knobs-hint", atRest);
  const told = { change, explain: (text) => write(hint, text) };
  const [first, further] = [knobs, more].map((list) => knobGrid(list, told, atRest));
  const controls = [...first.controls, ...further.controls];
  further.node.hidden = true;
  const all = element("button", "knobs-button", "Reset all knobs");
  all.type = "button";
  all.addEventListener("click", (event) => resetAll(event.timeStamp));
  const button = moreButton([first.node, further.node]);
  all.hidden = knobs.length === 1;
  button.node.hidden = more.length === 0;
  const buttons = element("span", "knobs-buttons");
  buttons.append(button.node, all);
  const foot = element("div", "knobs-line");
  foot.append(hint, buttons);
  node.append(first.node, further.node, foot);
  return {
    node,
    resize: (size) => controls.forEach(([, control]) => control.resize(size)),
    draw: (values) => {
      controls.forEach(([name, control]) => control.draw(values[name] ?? NEUTRAL[name]));
      button.draw(more.filter(({ name }) => !isOff(name, values[name] ?? NEUTRAL[name])).length);
    },
  };
}
