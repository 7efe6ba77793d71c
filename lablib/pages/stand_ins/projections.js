// Stands in for `lablib.transformer.panel.projections`: one head's queries, keys or values as products.

import { chip, visible } from "./chips.js";
import { HeadChoice } from "./head_choice.js";
import { redraw, rowsIn } from "./plots.js";
import { figure, grouped, repr } from "./python.js";
import { StandIn } from "./stand_in.js";

const MOST_TOKENS = 24;
const WHICH = ["query", "key", "value"];
const LETTERS = ["Q", "K", "V"];
const TERMS = 3;

export class ProjectionsStandIn extends StandIn {
  choosesModel = true;

  /** @param {import("./stand_in.js").Given} given */
  constructor(given) {
    super(given);
    this._found = null;
    this._place = new HeadChoice(this, "one_head", () => this.draw());
    this.offer((name) => this.readsText(name));
    this.on("text", "change:value", () => this.draw());
    this.on("which", "change:index", () => this.draw());
    this.on("strip", "change:selected", () => this._show());
    this.on("number", "change:value", () => this._show());
  }

  /** Multiplies once more: what a click on a token needs is not on the page. */
  begin() {
    return this.draw();
  }

  /** Which token is chosen; the last one if none is. */
  get token() {
    const [chosen] = this.get("strip", "selected");
    return chosen ?? this.get("strip", "tokens").length - 1;
  }

  draw() {
    const { layer, head } = this._place;
    const what = { text: this.get("text", "value"), layer, head, which: WHICH[this.get("which", "index")], limit: MOST_TOKENS };
    return this.work("product", what, (found) => this._take(found));
  }

  _take(found) {
    this._place.fit(found);
    this.set("text", { note: found.note });
    this._found = null; // the strip tells of its new tokens before all is there
    const kept = this.get("strip", "selected").filter((place) => place < found.tokens.length);
    this.set("strip", { tokens: found.tokens.map((entry) => chip(entry, this.names)), selected: kept });
    this.set("number", { max: found.size - 1, value: Math.min(this.get("number", "value"), found.size - 1) });
    this._found = found;
    this._show();
  }

  _show() {
    if (!this._found) return;
    const [token, place, which] = [this.token, this.get("number", "value"), this.get("which", "index")];
    drawProduct(this, this._found, { token, place, letter: LETTERS[which] });
    this.set("words", { value: sumWords(this._found, { token, place, which }) });
    this.showCode();
  }

  codeLines() {
    const { layer, head } = this._place;
    return (
      `text = at.read(m, ${repr(this.get("text", "value"))}, limit=${MOST_TOKENS})\n` +
      `found = tf.projection(m, text, layer=${layer}, head=${head}, which=${repr(WHICH[this.get("which", "index")])})\n` +
      "product = found.inputs @ found.matrix + found.bias\n" +
      `product[${this.token}, ${this.get("number", "value")}]`
    );
  }
}

/** Puts x, the matrix and the product into the plot, and frames what belongs to one number. */
function drawProduct(panel, { tokens, inputs, matrix, result, size }, { token, place, letter }) {
  const width = matrix.length / size;
  const matrices = [rowsIn(inputs, width), rowsIn(matrix, size), rowsIn(result, size)];
  const titles = ["x, what the layer reads", `W_${letter} of the head`, `${letter} = x · W_${letter} + b`];
  const frames = [
    [-0.5, width - 0.5, token - 0.5, token + 0.5],
    [place - 0.5, place + 0.5, -0.5, width - 0.5],
    [place - 0.5, place + 0.5, token - 0.5, token + 0.5],
  ];
  const names = tokens.map(({ text }) => visible(text));
  /** @type {Record<string, any>} */
  const layout = { shapes: frames.map(frame) };
  matrices.forEach((rows, i) => {
    layout[`xaxis${i ? i + 1 : ""}.title.text`] = `${titles[i]}<br>${sizeOf(rows)}`;
  });
  for (const axis of ["yaxis", "yaxis3"]) Object.assign(layout, { [`${axis}.tickvals`]: [...names.keys()], [`${axis}.ticktext`]: names });
  redraw(panel, "plot", { z: matrices }, layout);
}

/** @param {number[]} edges */
function frame([x0, x1, y0, y1], i) {
  const suffix = i ? i + 1 : "";
  return { type: "rect", xref: `x${suffix}`, yref: `y${suffix}`, x0, x1, y0, y1, line: { color: "#009e73", width: 3 } };
}

/** @param {ArrayLike<number>[]} rows */
function sizeOf(rows) {
  const columns = rows[0].length;
  return `${grouped(rows.length)} × ${grouped(columns)} = ${grouped(rows.length * columns)}`;
}

/** One number of the product as the sum it is, its largest terms first. */
function sumWords({ tokens, inputs, matrix, result, size }, { token, place, which }) {
  const width = matrix.length / size;
  const factors = Array.from({ length: width }, (_, i) => [inputs[token * width + i], matrix[i * size + place]]);
  const largest = factors.toSorted(([a, b], [c, d]) => Math.abs(c * d) - Math.abs(a * b)).slice(0, TERMS);
  const shown = largest.map(([x, weight]) => `${factor(x)} · ${factor(weight)}`).join(" + ");
  const sum = factors.reduce((total, [x, weight]) => total + x * weight, 0);
  return (
    `Number ${place} of the ${WHICH[which]} of ‘${visible(tokens[token].text)}’: ${shown} + … (${grouped(width)} products in all, ` +
    `the largest first) = ${figure(sum)}; with the bias b, ${LETTERS[which]} = ${figure(result[token * size + place])}.`
  );
}

/** A number as it stands in a product. */
function factor(value) {
  return value < 0 ? `(${figure(value)})` : figure(value);
}
