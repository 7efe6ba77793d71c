// A tree of tokens as SVG: columns are steps, an edge is as wide as its token is probable.

import { element, keepKeys } from "../../widgets/static/dom.js";
import { withLateStart } from "../../widgets/static/late_start.js";

const COLUMN = 104;
const ROW = 20;
const BOX = { width: 88, height: 18 };
const LONGEST = 10;

/**
 * The row of each node, by id. Children stand at their parent's row or below it, in the order of
 * their list, and no two nodes of a column share a row.
 */
function rows(nodes) {
  const children = new Map();
  for (const node of nodes) {
    if (!children.has(node.parent)) children.set(node.parent, []);
    children.get(node.parent).push(node);
  }
  const free = [];
  const row = new Map();
  const waiting = (children.get(null) ?? []).toReversed();
  while (waiting.length) {
    const node = waiting.pop();
    const place = Math.max(free[node.step] ?? 0, row.get(node.parent) ?? 0);
    row.set(node.id, place);
    free[node.step] = place + 1;
    waiting.push(...(children.get(node.id) ?? []).toReversed());
  }
  return row;
}

/** An SVG element with its attributes. */
function svg(tag, attributes = {}, text = "") {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text) node.textContent = text;
  return node;
}

const percent = (share) => `${(100 * share).toPrecision(2)} %`;
const shortened = (text) => ([...text].length > LONGEST ? `${[...text].slice(0, LONGEST - 1).join("")}…` : text);

const LEGEND = { winner: "most probable", path: "shown above", kept: "kept", pruned: "dropped", finished: "ended" };

/** A node in words, for the hover card, the screen reader and the text alternative. */
function words({ text, value, cumulative, state }) {
  return `${text}, ${percent(value)}, log-probability so far ${cumulative.toFixed(2)} nats, ${LEGEND[state]}`;
}

function edge(from, to, value) {
  const [x1, y1, x2, y2] = [from.x + BOX.width, from.y + BOX.height / 2, to.x, to.y + BOX.height / 2];
  const middle = (x1 + x2) / 2;
  return svg("path", {
    class: "lab-tree-edge",
    d: `M ${x1} ${y1} C ${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`,
    "stroke-width": 1 + 5 * value,
  });
}

function box(node, at) {
  const group = svg("g", {
    class: `lab-tree-node lab-tree-${node.state}`,
    transform: `translate(${at.x} ${at.y})`,
    role: "treeitem",
    tabindex: -1,
    "aria-label": words(node),
    "aria-level": node.step + 1,
    "data-id": node.id,
  });
  group.append(
    svg("title", {}, words(node)),
    svg("rect", { ...BOX, rx: node.state === "finished" ? 11 : 3 }),
    svg("text", { x: 6, y: 15 }, shortened(node.text)),
  );
  return group;
}

/** The tree as indented lines. */
function asText(nodes) {
  return nodes.map((node) => `${"  ".repeat(node.step)}${words(node)}`).join("\n");
}

function legend(nodes) {
  const line = element("p", "lab-tree-legend");
  for (const [state, name] of Object.entries(LEGEND)) {
    if (nodes.some((node) => node.state === state)) line.append(element("span", `lab-tree-key lab-tree-${state}`, name));
  }
  line.append(element("span", "", "wide edge: probable token"));
  return line;
}

/** The node an arrow key leads to from `node`, or undefined. */
function neighbour(nodes, row, node, key) {
  const near = nodes
    .filter((other) => other.step === node.step)
    .sort((a, b) => row.get(a.id) - row.get(b.id));
  const place = near.indexOf(node);
  switch (key) {
    case "ArrowLeft": return nodes.find((other) => other.id === node.parent);
    case "ArrowRight": return nodes.find((other) => other.parent === node.id);
    case "ArrowUp": return near[place - 1];
    case "ArrowDown": return near[place + 1];
  }
}

function draw(model, frame, text) {
  const nodes = model.get("nodes");
  const row = rows(nodes);
  const place = (node) => ({ x: node.step * COLUMN + 2, y: row.get(node.id) * ROW + 2 });
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const width = (Math.max(-1, ...nodes.map((node) => node.step)) + 1) * COLUMN;
  const height = (Math.max(-1, ...row.values()) + 1) * ROW + 4;
  const picture = svg("svg", { width, height, role: "tree", "aria-label": model.get("label") });
  for (const node of nodes) {
    const parent = byId.get(node.parent);
    if (parent) picture.append(edge(place(parent), place(node), node.value));
  }
  for (const node of nodes) picture.append(box(node, place(node)));
  const focused = frame.querySelector(":focus")?.dataset.id;
  frame.replaceChildren(picture);
  const start = frame.querySelector(`[data-id="${focused ?? nodes[0]?.id}"]`);
  start?.setAttribute("tabindex", 0);
  if (focused !== undefined) start?.focus();
  text.textContent = asText(nodes);
}

function mark(model, frame) {
  for (const node of frame.querySelectorAll(".lab-tree-node")) {
    node.setAttribute("aria-selected", String(Number(node.dataset.id) === model.get("picked")));
  }
}

function render({ model, el }) {
  el.classList.add("lab-tree");
  const frame = element("div", "lab-tree-frame");
  const key = element("div");
  const fold = element("details", "lab-fold");
  const text = element("pre", "lab-pre");
  fold.append(element("summary", "", "The tree as text"), text);
  el.append(frame, key, fold);

  const pick = (id) => {
    model.set("picked", id);
    model.save_changes();
  };
  frame.addEventListener("click", (event) => {
    const node = event.target.closest(".lab-tree-node");
    if (node) pick(Number(node.dataset.id));
  });
  frame.addEventListener("keydown", (event) => {
    const nodes = model.get("nodes");
    const node = nodes.find(({ id }) => String(id) === event.target.dataset.id);
    if (!node) return;
    if (event.key === "Enter" || event.key === " ") pick(node.id);
    const next = neighbour(nodes, rows(nodes), node, event.key);
    if (next) {
      event.target.setAttribute("tabindex", -1);
      const there = frame.querySelector(`[data-id="${next.id}"]`);
      there.setAttribute("tabindex", 0);
      there.focus();
    }
    if (/^(Arrow|Enter$| $)/.test(event.key)) event.preventDefault();
  });
  keepKeys(frame);

  const redraw = () => {
    draw(model, frame, text);
    mark(model, frame);
    key.replaceChildren(legend(model.get("nodes")));
    el.hidden = model.get("nodes").length === 0;
  };
  const remark = () => mark(model, frame);
  model.on("change:nodes change:label", redraw);
  model.on("change:picked", remark);
  redraw();
  return () => {
    model.off("change:nodes change:label", redraw);
    model.off("change:picked", remark);
  };
}

export default withLateStart({ render });
