// Stands in for `lablib.seq2seq.panel.translation`: what a text becomes, token by token, and where it looked.

import { chip, spoken, tokenName } from "./chips.js";
import { escaped, redraw, rowsIn } from "./plots.js";
import { figure, float, percent, repr } from "./python.js";
import { StandIn } from "./stand_in.js";

const LONGEST = 12; // letters of a token that have room beside the matrix
const FRAME = "#d55e00";

export class TranslationStandIn extends StandIn {
  /** @param {import("./stand_in.js").Given} given */
  constructor(given) {
    super(given);
    this._found = null;
    for (const part of ["text", "beams", "penalty"]) this.on(part, "change:value", () => this.draw());
    this.on("target", "change:selected", () => this._show());
    this.on("by_head", "change:index", () => this._show());
  }

  /** Writes once more: where each head looked is not on the page. */
  begin() {
    return this.draw();
  }

  draw() {
    const what = { text: this.get("text", "value"), beams: this.get("beams", "value"), penalty: this.get("penalty", "value") };
    return this.work("translate", what, (found) => this._take(found));
  }

  _take(found) {
    this.set("text", { note: found.note });
    this._found = null; // the strip tells of its new tokens before all is there
    const kept = this.get("target", "selected").filter((place) => place < found.steps.length);
    this.set("target", { tokens: found.steps.map(({ entry, probability }) => chip(entry, this.names, { value: probability })), selected: kept });
    this._found = found;
    this.set("words", { value: `“${found.text}” ${translationWords(found)}` });
    this._show();
  }

  clear() {
    this._found = null;
    for (const part of ["target", "source"]) this.set(part, { tokens: [], selected: [] });
    for (const part of ["words", "looked"]) this.set(part, { value: "" });
    this.set("view", { columns: [] });
  }

  /** Which token of the target is chosen; the first one if none is. */
  get _chosen() {
    return this.get("target", "selected")[0] ?? 0;
  }

  /** The layer and the head that are chosen; null for the mean of all. */
  get _head() {
    const [, layer, head] = this.get("by_head", "_options_labels")[this.get("by_head", "index")].match(/^layer (\d+), head (\d+)$/) ?? [];
    return head === undefined ? null : { layer: Number(layer), head: Number(head) };
  }

  _show() {
    if (!this._found) return;
    const chosen = this._chosen;
    const weights = alignment(this._found, this._place());
    drawAlignment(this, this._found, weights, chosen);
    this.set("view", { columns: [stepColumn(this._found.steps[chosen], this.names)] });
    this.set("looked", { value: lookedWords(this._found, weights[chosen], chosen) });
    this.set("source", { tokens: this._found.source.map((entry, i) => chip(entry, this.names, { value: weights[chosen][i] })), selected: [] });
    this.showCode();
  }

  /** Which of the maps is shown, counted through all layers; -1 for the mean of all. */
  _place() {
    return this.get("by_head", "index") - 1;
  }

  codeLines() {
    if (!this._found) return "";
    const place = this._head;
    return (
      `text = ${repr(this.get("text", "value"))}\n` +
      `found = ss.translate(m, text, beams=${this.get("beams", "value")}, length_penalty=${float(this.get("penalty", "value"))})\n` +
      `weights = ${place ? `found.alignment(${place.layer}, ${place.head})` : "found.mean_alignment"}\n` +
      `found.text, found.steps[${this._chosen}].alternatives, weights[${this._chosen}]`
    );
  }
}

/** Where each token looked, [target][source], with one of the heads, or as the mean of all. */
function alignment({ cross, source, steps }, place) {
  const size = source.length * steps.length;
  if (place >= 0) return rowsIn(cross.subarray(place * size, (place + 1) * size), source.length);
  const maps = cross.length / size;
  const mean = Float32Array.from({ length: size }, (_, i) => {
    let sum = 0;
    for (let map = 0; map < maps; map++) sum += cross[map * size + i];
    return sum / maps;
  });
  return rowsIn(mean, source.length);
}

/** Puts a matrix into the plot, and frames the row of the chosen token. */
function drawAlignment(panel, { source, steps }, weights, chosen) {
  const sides = { xaxis: source, yaxis: steps };
  /** @type {Record<string, any>} */
  const layout = {
    shapes: [
      { type: "rect", x0: -0.5, x1: source.length - 0.5, y0: chosen - 0.5, y1: chosen + 0.5, line: { color: FRAME, width: 2 } },
    ],
  };
  for (const [axis, tokens] of Object.entries(sides))
    Object.assign(layout, { [`${axis}.tickvals`]: [...tokens.keys()], [`${axis}.ticktext`]: tokens.map(({ text }) => short(text)) });
  redraw(panel, "plot", { z: [weights] }, layout);
}

/** A token as the name of a row, in which plotly reads tags. */
function short(text) {
  const letters = [...tokenName(text)];
  return escaped(letters.length <= LONGEST ? letters.join("") : `${letters.slice(0, LONGEST - 1).join("")}…`);
}

/** What could have stood there. */
function stepColumn({ entry, text, alternatives }, names) {
  const rows = alternatives.map((each) => ({
    text: tokenName(each.text),
    spoken: spoken(each.text, names),
    value: each.probability,
    number: percent(each.probability),
    mark: each.id === entry.id,
  }));
  return { title: `Instead of ‘${tokenName(text)}’`, note: "", rows };
}

/** Where the chosen token looked most. */
function lookedWords({ source, steps }, weights, chosen) {
  const place = weights.indexOf(Math.max(...weights));
  const { text, probability } = steps[chosen];
  return (
    `To write ‘${tokenName(text)}’ (${percent(probability)}) it looked most at ‘${tokenName(source[place].text)}’, with ` +
    `${percent(weights[place], 0)} of the attention.`
  );
}

/** How good the model thinks its text is, and whether it ended it. */
function translationWords({ steps, score, ended }) {
  const tokens = steps.length === 1 ? "1 token" : `${steps.length} tokens`;
  return `${tokens}, score ${figure(score)}.${ended ? "" : " It was stopped before it had ended."}`;
}
