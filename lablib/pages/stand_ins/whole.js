// Stands in for `lablib.transformer.panel.whole`: every part of a model, and what it says without some.

import { visible } from "./chips.js";
import { bytesOf, pageTokens } from "./maps.js";
import { figure, grouped, repr } from "./python.js";
import { StandIn } from "./stand_in.js";

const [TOKENS, COLUMNS, CANDIDATES] = [24, 32, 8]; // there is room for
const PARTS = ["positions", "attention", "residual", "norm", "feed-forward"];

export class WholeStandIn extends StandIn {
  /** @param {import("./stand_in.js").Given} given */
  constructor(given) {
    super(given);
    this._known = "";
    this.on("text", "change:value", () => this.draw());
    for (const trait of ["off_parts", "off_blocks"]) this.on("view", `change:${trait}`, () => this.draw());
  }

  draw() {
    const what = {
      text: this.get("text", "value"),
      parts: this.get("view", "off_parts"),
      blocks: this.get("view", "off_blocks"),
      count: 2 * CANDIDATES,
      known: this._known,
      rows: TOKENS,
      columns: COLUMNS,
    };
    return this.work("whole", what, (part) => (part.values ? this._showParts(part) : this._showOutcome(part)));
  }

  /** The boxes are those of the model, whatever the text: only their numbers are new, and how many there are. */
  _showParts({ key, blocks, tokens, values }) {
    const boxes = [];
    let start = 0;
    for (const box of this.get("view", "boxes")) {
      const [size, rows] = [values[box.key].length, Math.min(tokens.length, TOKENS)];
      boxes.push({ ...box, shape: box.shape.replace(/^[\d,]+/, grouped(tokens.length)), start, rows, columns: size / rows });
      start += size;
    }
    const [[first, heading, words], ...steps] = this.get("view", "tour");
    this.set("view", {
      boxes,
      values: bytesOf(boxes.flatMap((box) => [...values[box.key]])),
      tokens: pageTokens(tokens.slice(-TOKENS), this.names).map(({ text, spoken }) => ({ text, spoken })),
      blocks,
      tour: [[first, heading, words.replace(/\d+/, String(tokens.length))], ...steps],
    });
    this._known = key;
  }

  _showOutcome({ note, position, off, lossBefore, lossAfter, changes }) {
    this.set("text", { note });
    const masked = this.carried[this.model].kind === "bert";
    const ranked = changes.toSorted((one, other) => Math.max(other.before, other.after) - Math.max(one.before, one.after));
    const shown = new Set(ranked.slice(0, CANDIDATES));
    this.set("view", {
      rows: changes.filter((change) => shown.has(change)).map(({ text, before, after }) => [visible(text), before, after]),
      loss: lossWords(off, lossBefore, lossAfter),
      asked: masked ? `What is masked, token ${position}` : "The next token",
      answered: [PARTS.filter((part) => off.parts.includes(part)), off.blocks],
    });
  }

  codeLines() {
    const parts = this.get("view", "off_parts").map(repr).join(", ");
    return (
      `text = ${repr(this.get("text", "value"))}\n` +
      `found = tf.ablate(m, text, parts=[${parts}], blocks=[${this.get("view", "off_blocks").join(", ")}])\n` +
      "seen = tf.parts(m, found.tokens)\n" +
      "found.changes, found.loss_before, found.loss_after"
    );
  }
}

/** The loss of the text, before and after. */
function lossWords({ parts, blocks }, before, after) {
  if (Number.isNaN(before)) return "The text is one token: it has no loss.";
  if (!parts.length && !blocks.length) return `Loss of the text: ${figure(before)} bits per token.`;
  return `Loss of the text: ${figure(before)} → ${figure(after)} bits per token.`;
}
