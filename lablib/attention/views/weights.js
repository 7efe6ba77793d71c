// The attention view: one layer of weights, drawn as matrices or as lines between tokens.
//
// Python sends one layer at a time; a layer seen before is still here. What the reader chooses (layer,
// heads, kind, pair, sinks, step, zoom, tokens) are traits, so that all of it is in an exported page.

import { bytesOf, element, keepKeys, oncePerFrame, placeIn, write } from "../../widgets/static/dom.js";
import { withLateStart } from "../../widgets/static/late_start.js";
import { Picture, arrowStep, button, scaleBar, within } from "./controls.js";
import { CanvasPen, SvgPen, download, onTheme, themeOf } from "./pens.js";
import {
  headChooser, kindChooser, layerChooser, pairChooser, sinkChooser, stepChooser,
} from "./weights_controls.js";
import { drawLines, focusOf, lineHit, lineLayout, lineY } from "./weights_lines.js";
import {
  decode, gather, inPicture, isBroken, largest, renormalised, strongest, summed,
} from "./weights_math.js";
import { drawMatrices, matrixHit, matrixLayout } from "./weights_matrix.js";
import { amount, headsText, linkText, sentence } from "./weights_words.js";
import { percentText, quoted } from "./words.js";

const TABLE_ROWS = 10;
const NARROWEST = 4; // tokens that a zoom keeps at least

/** The layers that have come since the text last changed, decoded when they are first wanted. */
function layerStore(model) {
  const layers = new Map();
  let version, weights, sent;
  const receive = () => {
    if (version === model.get("version") && weights === model.get("weights") && sent === model.get("sent")) return;
    if (version !== model.get("version")) layers.clear();
    [version, weights, sent] = ["version", "weights", "sent"].map((name) => model.get(name));
    const codes = bytesOf(weights);
    const length = model.get("size").reduce((product, n) => product * n, 1);
    if (length && codes.length === length * sent.length)
      sent.forEach((layer, i) => layers.set(layer, codes.subarray(i * length, (i + 1) * length)));
  };
  const get = (layer) => {
    receive();
    const held = layers.get(layer);
    if (held instanceof Uint8Array) layers.set(layer, decode(held));
    return layers.get(layer);
  };
  return get;
}

/** Everything that is drawn, from the traits; or the `problem` that keeps it from being drawn. */
function pictureOf(model, layerOf) {
  const [queries, keys, layer] = ["query_tokens", "key_tokens", "layer"].map((name) => model.get(name));
  if (!queries.length || !keys.length) return { problem: "No attention yet." };
  const weights = layerOf(layer);
  if (!weights) return { problem: `Layer ${layer} is on its way.` };
  const hide = model.get("hide_sinks");
  const [pair, step, zoom, sinks] = ["pair", "step", "zoom", "sinks"].map((name) => model.get(name));
  const shown = inPicture({ queries, keys, pair, step, zoom, hide, sinks });
  const size = { queries: queries.length, keys: keys.length };
  const again = hide && model.get("renormalise");
  const heads = model.get("heads").filter((head) => head < model.get("size")[0]).map((head) => {
    const values = gather(weights, head, shown, size);
    return { head, values: again ? renormalised(values, shown.columns.length) : values };
  });
  if (!heads.length) return { problem: "Choose a head to see it." };
  if (!shown.rows.length || !shown.columns.length) return { problem: "No token is left in this picture." };
  const broken = heads.some(({ values }) => isBroken(values));
  const note = noteOf({ hide, again, broken, zoom });
  const newest = step || model.get("written_from") ? queries[shown.rows.at(-1)] : null;
  const top = largest(heads.map(({ values }) => values)) || 1;
  const links = strongest(heads, shown.columns.length, TABLE_ROWS);
  return { layer, queries, keys, ...shown, heads, links, top, note, broken, newest, palette: model.get("palette") };
}

/** What the reader must know of a picture that is not the plain one. */
function noteOf({ hide, again, broken, zoom }) {
  const notes = [
    hide && "The sinks are hidden",
    again && "each row is divided by what is left of it, so these are not the model\u2019s own weights",
    zoom && "only some of the tokens are shown",
    broken && "some weights are not a number (grey): the model\u2019s own numbers are broken",
  ].filter(Boolean);
  return notes.length ? ` ${notes.join("; ")}.` : "";
}

/** The colour scale, in words and colours. */
function drawLegend(node, { top, palette, broken }, kind) {
  node.replaceChildren();
  if (kind === "lines") {
    write(node, "A line is as wide and as dark as its weight; its colour and dashes are those of its head.");
    return;
  }
  node.append(element("span", "", "weight"), scaleBar(palette, "0", percentText(top)));
  if (broken) node.append(element("span", "att-broken"), element("span", "", "not a number"));
}

/** The strongest links as a table, for whoever reads rather than looks. */
function drawTable(body, picture) {
  const rows = picture.links.map(({ head, row, column, weight }) => {
    const line = element("tr");
    const [i, j] = [picture.rows[row], picture.columns[column]];
    const texts = [`${picture.queries[i].text} (${i})`, `${picture.keys[j].text} (${j})`, percentText(weight), head];
    line.append(...texts.map((text) => element("td", "", text)));
    return line;
  });
  body.replaceChildren(...rows);
}

/** The table, empty. */
function linkTable() {
  const node = element("table", "att-table");
  const head = element("tr");
  head.append(...["looks (query)", "is looked at (key)", "weight", "head"].map((text) => element("th", "", text)));
  const [top, body] = [element("thead"), element("tbody")];
  top.append(head);
  node.append(top, body);
  return { node, body };
}

/** Two ends of the part of a side that is half as long and centred on `at`. */
function halved([start, end], at) {
  const length = Math.max(NARROWEST, Math.ceil((end - start) / 2));
  const first = Math.min(Math.max(start, at - Math.floor(length / 2)), Math.max(start, end - length));
  return [first, Math.min(end, first + length)];
}

class AttentionPicture extends Picture {
  constructor(model, el) {
    super(model, el);
    this.pointed = this.drag = null;
    this.layerOf = layerStore(model);
    this.build();
    this.listen();
    this.draw = oncePerFrame(() => this.paint());
    this.resized = new ResizeObserver(() => this.draw());
    this.resized.observe(this.frame);
    this.refresh();
  }

  build() {
    const save = (name, value) => this.save(name, value);
    const make = [layerChooser, kindChooser, pairChooser, sinkChooser, stepChooser, headChooser];
    this.choosers = make.map((chooser) => chooser(this.model, save));
    this.whole = button("Show all tokens", () => this.save("zoom", null));
    const bar = element("div", "att-bar att-choosers");
    bar.append(...this.choosers.map(({ node }) => node), this.whole);
    this.frame = element("div", "att-frame");
    this.canvas = element("canvas");
    this.frame.append(this.canvas);
    this.frame.tabIndex = 0;
    this.frame.setAttribute("role", "application");
    this.problem = element("p", "att-problem");
    this.readout = element("p", "att-readout");
    this.spoken = element("p", "att-spoken");
    this.spoken.setAttribute("role", "status");
    this.readout.setAttribute("aria-hidden", "true"); // the line beside it says the same, for the ear
    this.legend = element("div", "att-legend");
    this.summary = element("p", "att-summary");
    this.table = linkTable();
    const view = element("div", "att-view");
    view.append(bar, this.problem, this.frame, this.readout, this.spoken, this.legend, this.buildMore());
    this.el.classList.add("lab-attention");
    this.el.append(view);
    keepKeys(this.el);
  }

  /** What is folded away: the picture in words, its strongest links, and the files. */
  buildMore() {
    const more = element("details", "att-fold att-more");
    more.append(element("summary", "", "The strongest links as a table, and saving"), this.summary, this.table.node, this.buildFoot());
    return more;
  }

  buildFoot() {
    const foot = element("div", "att-bar");
    const asSvg = button("Save as SVG", () => download("attention.svg", "image/svg+xml", this.asSvg()));
    const asPage = button("Save as page", () => this.model.send({ export: "page" }));
    asPage.hidden = this.model.get("frozen");
    foot.append(asSvg, asPage);
    return foot;
  }

  // Drawing

  /** The traits changed: the picture is another. */
  refresh() {
    this.choosers.forEach((chooser) => chooser.draw());
    this.whole.hidden = !this.model.get("zoom");
    const picture = pictureOf(this.model, this.layerOf);
    write(this.problem, picture.problem ?? "");
    this.problem.hidden = !picture.problem;
    // While a layer is on its way the old picture stays, but it says that it is old.
    this.el.classList.toggle("is-waiting", Boolean(picture.problem));
    if (picture.problem && !this.model.get("query_tokens").length) this.picture = null;
    if (!picture.problem) this.take(picture);
    this.draw();
  }

  take(picture) {
    const same = this.picture?.rows.length === picture.rows.length && this.picture?.columns.length === picture.columns.length;
    this.picture = picture;
    if (!same) this.pointed = null;
    if (this.pointed && !this.isLines && !picture.heads.some(({ head }) => head === this.pointed.head)) this.pointed.head = picture.heads[0].head;
    write(this.summary, sentence(picture));
    drawLegend(this.legend, picture, this.model.get("kind"));
    drawTable(this.table.body, picture);
    const help = this.isLines ? "arrow keys move along the tokens, Space chooses one" : "arrow keys move from cell to cell, plus and minus zoom";
    this.frame.setAttribute("aria-label", `Attention of layer ${picture.layer}; ${help}`);
    this.say();
  }

  get isLines() {
    return this.model.get("kind") === "lines";
  }

  /** The chosen tokens as places in the picture. */
  chosen() {
    const { side = "query", indices = [] } = this.model.get("chosen");
    const places = side === "query" ? this.picture.rows : this.picture.columns;
    return { side, places: indices.map((index) => places.indexOf(index)).filter((place) => place >= 0) };
  }

  paint() {
    const started = performance.now();
    this.frame.hidden = !this.picture;
    if (!this.picture) return;
    const width = Math.max(240, this.frame.clientWidth);
    /** @type {any} of lines or of matrices */
    this.layout = this.isLines ? lineLayout(this.picture, width) : matrixLayout(this.picture, width);
    this.drawWith(new CanvasPen(this.canvas, this.layout.width, this.layout.height), this.pointed);
    this.el.__paint = performance.now() - started; // milliseconds, for the benchmark
  }

  drawWith(pen, pointed) {
    const theme = themeOf(this.el);
    if (this.isLines) drawLines(pen, this.picture, this.layout, pointed, this.chosen(), theme);
    else drawMatrices(pen, this.picture, this.layout, pointed, theme);
  }

  /** The picture as it stands, as the text of an SVG file. */
  asSvg() {
    const pen = new SvgPen(this.layout.width, this.layout.height, themeOf(this.el).paper);
    this.drawWith(pen, null);
    return new XMLSerializer().serializeToString(pen.node);
  }

  // What the reader does

  listen() {
    const on = (name, act) => this.frame.addEventListener(name, act);
    on("pointermove", (event) => this.point(this.hit(event)));
    on("pointerleave", () => this.point(null));
    on("click", (event) => this.click(this.hit(event)));
    on("dblclick", (event) => this.isLines || this.zoomAt(this.hit(event)));
    on("keydown", (event) => this.key(event));
  }

  hit(event) {
    if (!this.picture) return null;
    const [x, y] = placeIn(this.canvas, event);
    return this.isLines ? lineHit(this.layout, this.picture, x, y) : matrixHit(this.layout, this.picture, x, y);
  }

  point(target) {
    if (JSON.stringify(target) === JSON.stringify(this.pointed)) return;
    this.pointed = target;
    this.say();
    this.draw();
  }

  /** What is pointed at, in words. */
  say() {
    const text = (voice) => (this.isLines ? this.tokenText(voice) : this.cellText(voice));
    write(this.readout, this.picture ? text("text") : "");
    write(this.spoken, this.picture && this.pointed ? text("spoken") : "");
  }

  cellText(voice) {
    if (!this.pointed) return "Point at a cell, or move with the arrow keys, to read it.";
    const { heads, columns } = this.picture;
    const { head, row, column } = this.pointed;
    const { values } = heads.find((one) => one.head === head);
    return linkText(this.picture, { head, row, column, weight: values[row * columns.length + column] }, voice);
  }

  tokenText(voice) {
    const focus = focusOf(this.pointed, this.chosen());
    if (!focus) return "Point at a token to see its links alone; click tokens to choose several and sum them.";
    const { heads, rows, columns, queries, keys } = this.picture;
    const isQuery = focus.side === "query";
    const [own, others] = isQuery ? [queries, keys] : [keys, queries];
    const [ownPlaces, otherPlaces] = isQuery ? [rows, columns] : [columns, rows];
    const sums = heads.map(({ values }) => summed(values, focus.places, focus.side, rows.length, columns.length));
    const means = otherPlaces.map((index, place) => ({ index, sum: sums.reduce((total, one) => total + one[place], 0) / heads.length }));
    const best = means.sort((a, b) => b.sum - a.sum).slice(0, 3).map(({ index, sum }) => `${quoted(others[index], voice)} (${index}) ${amount(sum)}`);
    const names = focus.places.map((place) => `${quoted(own[ownPlaces[place]], voice)} (${ownPlaces[place]})`).join(" + ");
    return `${names} ${isQuery ? "most looks at" : "is most looked at by"} ${best.join(", ")}${heads.length > 1 ? `; mean of ${headsText(heads.map(({ head }) => head))}` : ""}`;
  }

  click(target) {
    if (!target) return;
    if (this.isLines) return this.choose(target);
    if (this.picture.heads.length > 1) this.save("heads", [target.head]);
  }

  /** Switches a token of the line view; one side at a time. */
  choose({ side, place }) {
    const index = (side === "query" ? this.picture.rows : this.picture.columns)[place];
    const before = this.model.get("chosen");
    const indices = before.side === side ? before.indices : [];
    const after = indices.includes(index) ? indices.filter((other) => other !== index) : [...indices, index];
    this.save("chosen", { side, indices: after.sort((a, b) => a - b) });
  }

  key(event) {
    if (!this.picture || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = arrowStep(event);
    const acts = {
      "+": () => this.isLines || this.zoomAt(this.pointed),
      "-": () => this.save("zoom", null),
      Escape: () => this.escape(),
      Enter: () => this.click(this.pointed),
      " ": () => this.click(this.pointed),
    };
    if (!step && !acts[event.key]) return;
    event.preventDefault();
    if (step) this.move(...step);
    else acts[event.key]();
  }

  /** First what is chosen goes, then the zoom. */
  escape() {
    if (this.isLines && this.model.get("chosen").indices?.length) this.save("chosen", {});
    else this.save("zoom", null);
  }

  move(down, right) {
    const { rows, columns, heads } = this.picture;
    if (this.isLines) return this.moveToken(down, right);
    const { head, row, column } = this.pointed ?? { head: heads[0].head, row: rows.length - 1, column: 0 };
    this.point({ head, row: within(row + down, rows.length), column: within(column + right, columns.length) });
  }

  moveToken(down, right) {
    const { side, place } = this.pointed ?? { side: "query", place: -1 };
    const to = right > 0 ? "key" : right < 0 ? "query" : side;
    const many = (to === "query" ? this.picture.rows : this.picture.columns).length;
    this.point({ side: to, place: within(place + down, many) });
    const y = lineY(this.layout, this.pointed.place);
    const { scrollTop, clientHeight } = this.frame;
    if (y < scrollTop + 40 || y > scrollTop + clientHeight - 40) this.frame.scrollTop = y - clientHeight / 2;
  }

  /** Shows half as many tokens, round the cell pointed at. */
  zoomAt(target) {
    if (!target) return;
    const { rows, columns } = this.picture;
    const { rows: r, columns: c } = this.model.get("zoom") ?? { rows: [0, this.model.get("query_tokens").length], columns: [0, this.model.get("key_tokens").length] };
    this.save("zoom", { rows: halved(r, rows[target.row]), columns: halved(c, columns[target.column]) });
  }
}

function render({ model, el }) {
  const view = new AttentionPicture(model, el);
  const onChange = () => view.refresh();
  const onMessage = (message) => message.page && download("attention.html", "text/html", message.page);
  model.on("change", onChange);
  model.on("msg:custom", onMessage);
  const forget = onTheme(() => view.draw());
  return () => {
    forget();
    view.resized.disconnect();
    model.off("change", onChange);
    model.off("msg:custom", onMessage);
  };
}

function isHead(head, model) {
  return Number.isInteger(head) && head >= 0 && head < model.get("size")[0];
}

/** What of the view a link to a page may set: for each trait the value that is taken, undefined for none. */
export const settings = {
  layer: (layer, model) => (model.get("layers").includes(layer) ? layer : undefined),
  heads: (heads, model) => (Array.isArray(heads) && heads.every((head) => isHead(head, model)) ? [...new Set(heads)] : undefined),
  kind: (kind) => (["matrix", "lines"].includes(kind) ? kind : undefined),
  hide_sinks: (hide) => (typeof hide === "boolean" ? hide : undefined),
  renormalise: (again) => (typeof again === "boolean" ? again : undefined),
};

export default withLateStart({ render });
