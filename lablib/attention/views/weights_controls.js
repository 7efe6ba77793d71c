// The choosers of the attention view: layer, heads, kind of picture, token types, sinks, step.

import { element, write } from "../../widgets/static/dom.js";
import { button, labelled, moveAlong, oneTabStop, setOptions, tick } from "./controls.js";
import { SvgPen } from "./pens.js";
import { range } from "./weights_math.js";
import { drawSwatch } from "./weights_matrix.js";

/** The layer: a drop-down between two buttons. */
export function layerChooser(model, save) {
  const node = element("div", "att-field");
  const select = element("select", "att-select");
  const go = (by) => {
    const there = model.get("layers");
    const place = there.indexOf(model.get("layer")) + by;
    if (place >= 0 && place < there.length) save("layer", there[place]);
  };
  const [less, more] = [button("\u2039", () => go(-1)), button("\u203a", () => go(1))];
  less.setAttribute("aria-label", "Layer before");
  more.setAttribute("aria-label", "Next layer");
  select.addEventListener("change", () => save("layer", Number(select.value)));
  node.append(labelled("Layer", select), less, more);
  const draw = () => {
    const there = model.get("layers");
    setOptions(select, there.map((layer) => [layer, String(layer)]));
    select.value = model.get("layer");
    less.disabled = model.get("layer") === there[0];
    more.disabled = model.get("layer") === there.at(-1);
  };
  return { node, draw };
}

/** A sample of a head's line. */
function sampleLine(head) {
  const pen = new SvgPen(24, 8);
  pen.node.setAttribute("aria-hidden", "true");
  drawSwatch(pen, 0, 4, head);
  return pen.node;
}

/** One button for each head. A click switches it; a double click or Shift shows it alone. */
export function headChooser(model, save) {
  const node = element("div", "att-heads");
  const list = element("div", "att-toggles");
  list.setAttribute("role", "toolbar");
  list.setAttribute("aria-label", "Heads: arrow keys move, Space switches one, Shift with an arrow shows one alone");
  const all = button("All", () => save("heads", range(list.children.length)));
  const none = button("None", () => save("heads", []));
  node.append(element("span", "att-label", "Heads"), list, all, none);
  const only = (head) => save("heads", [head]);
  const flip = (head) => {
    const shown = model.get("heads");
    save("heads", shown.includes(head) ? shown.filter((other) => other !== head) : [...shown, head].sort((a, b) => a - b));
  };
  const newToggle = (head) => {
    const toggle = button("", (event) => (event.shiftKey ? only(head) : flip(head)), "att-toggle");
    toggle.append(element("span", "", String(head)), sampleLine(head));
    toggle.setAttribute("aria-label", `Head ${head}`);
    toggle.addEventListener("dblclick", () => only(head));
    return toggle;
  };
  list.addEventListener("keydown", (event) => {
    const head = moveAlong(list, event);
    if (head !== null && event.shiftKey) only(head);
  });
  const draw = () => {
    const [heads] = model.get("size");
    while (list.children.length > heads) list.lastChild.remove();
    while (list.children.length < heads) list.append(newToggle(list.children.length));
    const shown = new Set(model.get("heads"));
    [...list.children].forEach((toggle, head) => toggle.setAttribute("aria-pressed", String(shown.has(head))));
    oneTabStop(list);
  };
  return { node, draw };
}

/** Matrix or lines. */
export function kindChooser(model, save) {
  const node = element("div", "att-field");
  node.setAttribute("role", "group");
  node.setAttribute("aria-label", "Picture");
  const kinds = { matrix: "Matrix", lines: "Lines" };
  const buttons = Object.entries(kinds).map(([kind, text]) => {
    const choose = button(text, () => save("kind", kind), "att-toggle");
    return { kind, choose };
  });
  node.append(...buttons.map(({ choose }) => choose));
  const draw = () => buttons.forEach(({ kind, choose }) => choose.setAttribute("aria-pressed", String(kind === model.get("kind"))));
  return { node, draw };
}

/** Which pairs of token types can be in a picture. */
function pairsOf(queries, keys, typeNames) {
  const typesIn = (tokens) => [...new Set(tokens.map((token) => token.type))].sort();
  const [from, to] = [typesIn(queries), typesIn(keys)];
  if (from.length * to.length < 2) return [];
  return from.flatMap((a) => to.map((b) => [`${a}-${b}`, `${typeNames[a] ?? a} \u2192 ${typeNames[b] ?? b}`]));
}

/** From which sentence to which, where there are several. */
export function pairChooser(model, save) {
  const select = element("select", "att-select");
  const node = labelled("Tokens", select);
  select.addEventListener("change", () => save("pair", select.value));
  const draw = () => {
    const pairs = pairsOf(model.get("query_tokens"), model.get("key_tokens"), model.get("type_names"));
    node.hidden = pairs.length === 0;
    setOptions(select, [["all", "all"], ...pairs]);
    select.value = model.get("pair");
  };
  return { node, draw };
}

/** Hide the tokens that take the attention of heads with nothing to do. */
export function sinkChooser(model, save) {
  const node = element("div", "att-field");
  const hide = tick("", (on) => save("hide_sinks", on));
  const renormalise = tick("renormalise", (on) => save("renormalise", on));
  node.append(hide.node, renormalise.node);
  const draw = () => {
    const sinks = model.get("sinks");
    const texts = [...new Set(sinks.map((place) => model.get("key_tokens")[place]?.text))].slice(0, 3).join(", ");
    node.hidden = sinks.length === 0;
    write(hide.words, `hide ${texts} (sinks)`);
    hide.box.checked = model.get("hide_sinks");
    renormalise.box.checked = model.get("renormalise");
    renormalise.node.hidden = !model.get("hide_sinks");
  };
  return { node, draw };
}

/** How far the writing has come, where the tokens were written one after the other. */
export function stepChooser(model, save) {
  const slider = element("input", "att-slider");
  const said = element("span", "att-said");
  slider.type = "range";
  const node = labelled("Written so far", slider);
  node.append(said);
  const lastStep = () => model.get("query_tokens").length;
  slider.addEventListener("input", () => save("step", Number(slider.value) === lastStep() ? 0 : Number(slider.value)));
  const draw = () => {
    const from = model.get("written_from");
    node.hidden = from <= 0;
    Object.assign(slider, { min: from, max: lastStep(), step: 1 });
    slider.value = model.get("step") || lastStep();
    write(said, `${slider.value - from} of ${lastStep() - from} tokens`);
    slider.setAttribute("aria-valuetext", said.textContent);
  };
  return { node, draw };
}
