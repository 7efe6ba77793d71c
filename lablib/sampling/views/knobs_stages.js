// The strip of stages: what each one removes and leaves, and in which order they stand.

import { element, write } from "../../widgets/static/dom.js";
import { TRANSFORMERS_ORDER, isOff } from "./knobs_math.js";
import { LABELS, choicesText, count, percent, plain } from "./knobs_words.js";

/** The order with one stage moved to another place. */
function moved(order, from, to) {
  const rest = order.filter((_, i) => i !== from);
  return [...rest.slice(0, to), order[from], ...rest.slice(to)];
}

/** A line "name value" of a card. */
function fact(card, name) {
  const row = element("span", "knobs-fact");
  const value = element("b", "knobs-value");
  row.append(element("span", "knobs-dim", name), value);
  card.append(row);
  return value;
}

/** A card: title, a bar of the mass that stays and the mass that goes, three numbers. */
function card(title) {
  const node = element("button", "knobs-card");
  node.type = "button";
  const setting = element("span", "knobs-setting");
  const mass = element("span", "knobs-mass");
  const kept = element("span", "knobs-mass-kept");
  mass.append(kept);
  node.append(element("span", "knobs-card-name", title), setting, mass);
  const values = ["removes", "tokens", "bits", "choices"].map((name) => fact(node, name));
  const draw = (text, removedMass, { ids, entropy }) => {
    write(setting, text);
    kept.style.width = `${100 * (1 - removedMass)}%`;
    const texts = [percent(removedMass), count(ids.length), entropy.toFixed(2), choicesText(2 ** entropy)];
    texts.forEach((value, i) => write(values[i], value));
  };
  return { node, draw };
}

/** A card of a stage with its two buttons; `move(name, by)` and `select(name)` are told. */
function stageCard(name, { select, move, drop }) {
  const item = element("li", "knobs-stage");
  const { node, draw: drawCard } = card(LABELS[name]);
  const [earlier, later] = [
    { by: -1, sign: "\u2039", word: "earlier" },
    { by: 1, sign: "\u203a", word: "later" },
  ].map(({ by, sign, word }) => {
    const button = element("button", "knobs-move", sign);
    button.type = "button";
    button.title = `${LABELS[name]}: ${word}`;
    button.setAttribute("aria-label", `Move ${LABELS[name].toLowerCase()} ${word}`);
    button.addEventListener("click", () => move(name, by));
    return button;
  });
  const moves = element("span", "knobs-moves");
  moves.append(earlier, later);
  item.append(node, moves);
  node.addEventListener("click", () => select(name));
  makeDraggable(item, name, drop);
  const draw = (stage, place, places, selected) => {
    const off = isOff(name, stage.value);
    item.classList.toggle("is-off", off);
    item.classList.toggle("is-selected", selected);
    node.setAttribute("aria-pressed", String(selected));
    [earlier.disabled, later.disabled] = [place === 0, place === places - 1];
    drawCard(off ? "off" : plain(stage.value), stage.removedMass, stage.after);
  };
  return { node: item, draw };
}

/** Drag a card onto another: it takes that one's place. */
function makeDraggable(item, name, drop) {
  const kind = "application/x-lab-stage";
  item.draggable = true;
  item.addEventListener("dragstart", (event) => event.dataTransfer.setData(kind, name));
  item.addEventListener("dragover", (event) => {
    if (event.dataTransfer.types.includes(kind)) event.preventDefault();
  });
  item.addEventListener("drop", (event) => {
    event.preventDefault();
    drop(event.dataTransfer.getData(kind), name);
  });
}

/** What a different order does to the answer, in a sentence. */
function orderText(order, moves) {
  if (moves === null) return "Stages stand in the order of transformers. Move one to see that the order matters.";
  if (moves < 5e-6) return "Not the order of transformers, but with these knobs the answer is the same.";
  return `Not the order of transformers: it moves ${percent(moves)} of the probability to other tokens.`;
}

/** A card that changes its place loses the focus, and at an end one of its buttons is disabled. */
function keepFocus(button) {
  const there = button.disabled ? button.parentNode.querySelector("button:enabled") : button;
  if (document.activeElement !== there) there.focus();
}

/** The model's card, the stages that are there and the result. `reorder(order)`, `select(name)` are told. */
export function stageStrip({ reorder, select }) {
  const node = element("section", "knobs-strip");
  node.setAttribute("aria-label", "Stages");
  const list = element("ol", "knobs-stages");
  let [order, there] = [[], []]; // all stages, and those that are to be seen
  const drop = (name, onto) => {
    if (there.includes(name)) reorder(moved(order, order.indexOf(name), order.indexOf(onto)));
  };
  const move = (name, by) => drop(name, there[there.indexOf(name) + by]);
  const cards = Object.fromEntries(
    TRANSFORMERS_ORDER.map((name) => [name, stageCard(name, { select, move, drop })]),
  );
  const [model, result] = [card("Model"), card("Result")];
  const ends = [model, result].map(({ node: button }) => {
    const item = element("li", "knobs-stage is-end");
    item.append(button);
    button.addEventListener("click", () => select("result"));
    return item;
  });
  const line = element("div", "knobs-line");
  const text = element("span", "knobs-hint");
  const restore = element("button", "knobs-button", "Use transformers\u2019 order");
  restore.type = "button";
  restore.addEventListener("click", () => reorder(TRANSFORMERS_ORDER));
  line.append(text, restore);
  node.append(list, line);

  const draw = ({ stages: now, order: whole, base, result: end, selected, moves }) => {
    const names = now.map(({ name }) => name);
    const focused = document.activeElement;
    if (names.join() !== there.join()) list.replaceChildren(ends[0], ...names.map((name) => cards[name].node), ends[1]);
    [order, there] = [whole, names];
    now.forEach((stage, i) => cards[stage.name].draw(stage, i, now.length, selected === stage.name));
    if (list.contains(focused)) keepFocus(focused);
    model.draw("as it is", 0, base);
    result.draw("all stages", 1 - now.reduce((held, stage) => held * (1 - stage.removedMass), 1), end);
    result.node.setAttribute("aria-pressed", String(selected === "result"));
    ends[1].classList.toggle("is-selected", selected === "result");
    restore.disabled = moves === null;
    write(text, orderText(order, moves));
  };
  return { node, draw };
}
