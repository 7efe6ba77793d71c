// The map of all heads: one cell for each, coloured by the metric that is chosen.
//
// Traits in: size, metrics, values (float32, [metric, layer, head]), can_mute. Both ways: metric,
// opened, muted, mode.

import { colour, ink } from "../../widgets/static/colours.js";
import { bytesOf, element, keepKeys, write } from "../../widgets/static/dom.js";
import { withLateStart } from "../../widgets/static/late_start.js";
import { Picture, arrowStep, button, labelled, scaleBar, setOptions, within } from "./controls.js";
import { range } from "./weights_math.js";
import { figure } from "./words.js";

/** The numbers of one metric and the ends of its colours. */
function metricOf(model) {
  const [layers, heads] = model.get("size");
  const metrics = model.get("metrics");
  const at = Math.max(0, metrics.findIndex(({ name }) => name === model.get("metric")));
  const all = new Float32Array(bytesOf(model.get("values")).slice().buffer);
  const values = all.subarray(at * layers * heads, (at + 1) * layers * heads);
  const metric = metrics[at];
  if (!metric || values.length !== layers * heads || !values.length) return null;
  return { ...metric, ...endsOf(metric, values), values, layers, heads };
}

/** From where to where the colours go: as the metric says, else over its values. */
function endsOf({ low, high, palette }, values) {
  const finite = values.filter(Number.isFinite);
  if (palette === "signed") {
    const most = finite.reduce((top, value) => Math.max(top, Math.abs(value)), 0) || 1;
    return { low: -most, high: most };
  }
  const [least, most] = [Math.min(...finite), Math.max(...finite)];
  const ends = { low: low ?? least, high: high ?? most };
  return ends.low < ends.high ? ends : { low: ends.low, high: ends.low + 1 };
}

/** "3rd": the place of a value among all, the largest first. */
function placeOf(values, at) {
  const place = 1 + values.reduce((count, value) => count + (value > values[at]), 0);
  const ending = place % 100 > 10 && place % 100 < 14 ? "th" : (["th", "st", "nd", "rd"][place % 10] ?? "th");
  return `${place}${ending}`;
}

const sameHead = (a, b) => a[0] === b[0] && a[1] === b[1];

/** One head in words. */
function headWords(now, layer, head, isMuted) {
  const at = layer * now.heads + head;
  const value = now.values[at];
  const place = Number.isFinite(value) ? `, ${placeOf(now.values, at)} of ${now.values.length}` : "";
  return `Layer ${layer}, head ${head}: ${now.label} ${figure(value)}${now.unit ? ` ${now.unit}` : ""}${place}${isMuted ? ", muted" : ""}`;
}

/** A sample in the legend, and what it means. */
function sample(className, meaning) {
  const node = element("span", "heads-key");
  node.append(element("span", className), meaning);
  return node;
}

class HeadGrid extends Picture {
  constructor(model, el) {
    super(model, el);
    this.current = [0, 0];
    el.classList.add("lab-attention", "lab-heads");
    keepKeys(el);
    this.build();
    this.listen();
    this.draw();
  }

  build() {
    this.menu = element("select", "att-select");
    this.menu.addEventListener("change", () => this.save("metric", this.menu.value));
    this.modes = { open: "Open a head", mute: "Mute heads" };
    this.modeButtons = Object.entries(this.modes).map(([mode, text]) => [mode, button(text, () => this.save("mode", mode), "att-toggle")]);
    this.unmute = button("Unmute all", () => this.save("muted", []));
    const modes = element("span", "att-field");
    modes.setAttribute("role", "group");
    modes.setAttribute("aria-label", "What a click does");
    modes.append(...this.modeButtons.map(([, choose]) => choose), this.unmute);
    this.modeGroup = modes;
    const bar = element("div", "att-bar");
    bar.append(labelled("Coloured by", this.menu), modes);
    this.help = element("p", "att-summary");
    this.grid = element("div", "heads-grid");
    this.grid.setAttribute("role", "grid");
    this.readout = element("p", "att-readout");
    this.readout.setAttribute("role", "status");
    this.legend = element("div", "att-legend");
    this.empty = element("p", "att-problem", "No heads yet.");
    this.el.append(bar, this.help, this.empty, this.grid, this.readout, this.legend);
  }

  /** Cells are made anew only when there are other layers or heads. */
  makeCells({ layers, heads }) {
    if (this.made === `${layers} ${heads}`) return;
    this.made = `${layers} ${heads}`;
    this.grid.style.gridTemplateColumns = `64px repeat(${heads}, minmax(${heads > 16 ? 16 : heads > 8 ? 26 : 36}px, 44px))`;
    this.grid.classList.toggle("is-dense", heads > 16);
    this.grid.classList.toggle("is-tall", layers > 8);
    this.cells = range(layers * heads).map((at) => this.newCell(Math.floor(at / heads), at % heads));
    const head = element("div", "heads-row");
    head.setAttribute("role", "row");
    head.append(element("span", "heads-name", "head"), ...range(heads).map((name) => element("span", "heads-name", String(name))));
    for (const name of head.children) name.setAttribute("role", "columnheader");
    const rows = range(layers).map((layer) => {
      const row = element("div", "heads-row");
      const name = element("span", "heads-name", `layer ${layer}`);
      row.setAttribute("role", "row");
      name.setAttribute("role", "rowheader");
      row.append(name, ...this.cells.slice(layer * heads, (layer + 1) * heads));
      return row;
    });
    this.grid.replaceChildren(head, ...rows);
    this.current = [Math.min(this.current[0], layers - 1), Math.min(this.current[1], heads - 1)];
  }

  newCell(layer, head) {
    const cell = element("span", "heads-cell");
    cell.setAttribute("role", "gridcell");
    cell.place = [layer, head];
    return cell;
  }

  draw() {
    const now = metricOf(this.model);
    this.now = now;
    this.empty.hidden = Boolean(now);
    this.grid.hidden = this.legend.hidden = !now;
    this.modeGroup.hidden = !this.model.get("can_mute");
    for (const [mode, choose] of this.modeButtons) choose.setAttribute("aria-pressed", String(mode === this.model.get("mode")));
    setOptions(this.menu, this.model.get("metrics").map(({ name, label }) => [name, label]));
    if (!now) return;
    this.menu.value = now.name;
    this.grid.setAttribute("aria-label", `Heads by ${now.label}; arrow keys move, Enter chooses`);
    write(this.help, now.help ?? "");
    this.unmute.disabled = this.model.get("muted").length === 0;
    this.makeCells(now);
    this.cells.forEach((cell) => this.drawCell(cell, now));
    this.drawLegend(now);
    this.moveTabStop();
    this.point(this.pointed);
  }

  drawCell(cell, { values, heads, low, high, palette = "viridis" }) {
    const [layer, head] = cell.place;
    const value = values[layer * heads + head];
    const rgb = Number.isFinite(value) ? colour((value - low) / (high - low), palette) : [128, 128, 128];
    cell.style.backgroundColor = `rgb(${rgb})`;
    cell.style.color = ink(rgb);
    write(cell, heads > 16 ? "" : Number.isFinite(value) ? short(value) : "?");
    const muted = this.isMuted(cell.place);
    cell.classList.toggle("is-muted", muted);
    cell.setAttribute("aria-selected", String(sameHead(cell.place, this.model.get("opened"))));
    cell.setAttribute("aria-label", headWords(this.now, layer, head, muted));
  }

  isMuted(place) {
    return this.model.get("muted").some((other) => sameHead(other, place));
  }

  drawLegend({ label, unit, low, high, palette = "viridis", values }) {
    const parts = [element("span", "", unit ? `${label} (${unit})` : label), scaleBar(palette, figure(low), figure(high))];
    if (values.some((value) => !Number.isFinite(value))) parts.push(sample("att-broken", "not a number"));
    if (this.model.get("muted").length) parts.push(sample("heads-cell is-muted heads-sample", "muted"));
    this.legend.replaceChildren(...parts);
  }

  /** The Tab key reaches one cell: the one that was in focus last. */
  moveTabStop() {
    for (const cell of this.cells) cell.tabIndex = sameHead(cell.place, this.current) ? 0 : -1;
  }

  point(place) {
    this.pointed = place;
    const shown = place ?? (this.model.get("opened").length ? this.model.get("opened") : null);
    const there = shown && shown[0] < this.now.layers && shown[1] < this.now.heads;
    write(this.readout, there ? headWords(this.now, ...shown, this.isMuted(shown)) : "Point at a head to read its number; a click chooses it.");
  }

  listen() {
    const cellOf = (event) => event.target.closest?.(".heads-cell")?.place;
    this.grid.addEventListener("pointerover", (event) => this.now && this.point(cellOf(event)));
    this.grid.addEventListener("pointerleave", () => this.now && this.point(undefined));
    this.grid.addEventListener("click", (event) => cellOf(event) && this.choose(cellOf(event)));
    this.grid.addEventListener("keydown", (event) => this.key(event));
  }

  choose(place) {
    this.current = place;
    if (this.model.get("mode") === "open") return this.save("opened", place);
    const muted = this.model.get("muted");
    this.save("muted", this.isMuted(place) ? muted.filter((other) => !sameHead(other, place)) : [...muted, place]);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.now) return;
    const { layers, heads } = this.now;
    const [layer, head] = this.current;
    const step = arrowStep(event);
    const to = step ? [layer + step[0], head + step[1]] : { Home: [layer, 0], End: [layer, heads - 1] }[event.key];
    if (event.key === "Enter" || event.key === " ") this.choose(this.current);
    else if (to) this.move([within(to[0], layers), within(to[1], heads)]);
    else return;
    event.preventDefault();
  }

  move(place) {
    this.current = place;
    this.moveTabStop();
    this.cells[place[0] * this.now.heads + place[1]].focus();
    this.point(place);
  }
}

/** A number as short as a cell: ".42", "3.1", "12" */
const short = (value) => (Math.abs(value) < 9.95 ? value.toFixed(Math.abs(value) < 0.995 ? 2 : 1).replace(/^(-?)0\./, "$1.") : value.toFixed(0)).replace("-", "\u2212");

function render({ model, el }) {
  const grid = new HeadGrid(model, el);
  const draw = () => grid.draw();
  model.on("change", draw);
  return () => model.off("change", draw);
}

/** Whether this is a head of the map: its layer and its number. */
function isPlace(place, model) {
  const size = model.get("size");
  return Array.isArray(place) && place.length === 2 && place.every((at, i) => Number.isInteger(at) && at >= 0 && at < size[i]);
}

/** What of the view a link to a page may set: for each trait the value that is taken, undefined for none. */
export const settings = {
  metric: (name, model) => (model.get("metrics").some((metric) => metric.name === name) ? name : undefined),
  opened: (place, model) => (isPlace(place, model) ? place : undefined),
  muted: (places, model) => (Array.isArray(places) && places.every((place) => isPlace(place, model)) ? places : undefined),
  mode: (mode, model) => (mode === "open" || (mode === "mute" && model.get("can_mute")) ? mode : undefined),
};

export default withLateStart({ render });
