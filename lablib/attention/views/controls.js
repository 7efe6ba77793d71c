// The fields, buttons and rows of buttons that the views of the attention room share.

import { gradient } from "../../widgets/static/colours.js";
import { element } from "../../widgets/static/dom.js";

let names = 0;

/** A picture of a model's traits; what the reader chooses goes into them. */
export class Picture {
  constructor(model, el) {
    this.model = model;
    this.el = el;
  }

  save(name, value) {
    this.model.set(name, value);
    this.model.save_changes();
  }
}

/** Acts on changes: pairs of some traits and what follows. Gives back how to stop that. */
export function follow(model, reactions) {
  const all = reactions.map(([traits, act]) => [traits.map((name) => `change:${name}`).join(" "), act]);
  for (const [events, act] of all) model.on(events, act);
  return () => all.forEach(([events, act]) => model.off(events, act));
}

/** The number nearest to a value from 0 to below a length. */
export const within = (value, length) => Math.min(Math.max(value, 0), length - 1);

/** Where an arrow key leads, [down, right]; undefined for other keys and for shortcuts. */
export function arrowStep(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
  return { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
}

/** A labelled field in the bar; `label` names it for everybody. */
export function labelled(text, field) {
  const node = element("span", "att-field");
  const label = element("label", "att-label", text);
  field.id = label.htmlFor = `att-field-${++names}`;
  node.append(label, field);
  return node;
}

export function button(text, act, className = "att-button") {
  const node = element("button", className, text);
  node.type = "button";
  node.addEventListener("click", act);
  return node;
}

/** A check box with its words. */
export function tick(text, change) {
  const node = element("label", "att-field");
  const box = element("input");
  const words = element("span", "", text);
  box.type = "checkbox";
  box.addEventListener("change", () => change(box.checked));
  node.append(box, words);
  return { node, box, words };
}

/** Of a row of buttons the Tab key reaches one: that in focus, else the first that is pressed. */
export function oneTabStop(list) {
  const all = [...list.children];
  const stop = all.find((item) => item === document.activeElement) ?? all.find((item) => item.ariaPressed === "true") ?? all[0];
  for (const item of all) item.tabIndex = item === stop ? 0 : -1;
}

/** The arrow keys, Home and End lead along a row of buttons; the place reached, or null. */
export function moveAlong(list, event) {
  const all = [...list.children];
  const place = all.indexOf(event.target.closest("button"));
  const last = all.length - 1;
  const to = { ArrowRight: Math.min(place + 1, last), ArrowLeft: Math.max(place - 1, 0), Home: 0, End: last }[event.key];
  if (to === undefined) return null;
  event.preventDefault();
  all[to].focus();
  oneTabStop(list);
  return to;
}

/** The options of a drop-down, made anew only where they differ. */
export function setOptions(select, options) {
  const key = JSON.stringify(options);
  if (select.dataset.options === key) return;
  select.dataset.options = key;
  select.replaceChildren(...options.map(([value, text]) => new Option(text, value)));
}

/** A bar of colours between the numbers at its ends, which stay beside it where a line breaks. */
export function scaleBar(palette, low, high) {
  const node = element("span", "att-ends");
  const bar = element("span", "att-scale");
  bar.style.background = gradient(palette);
  node.append(element("span", "", low), bar, element("span", "", high));
  return node;
}
