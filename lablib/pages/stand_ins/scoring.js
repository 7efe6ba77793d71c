// Stands in for `lablib.seq2seq.panel.scoring`: pairs the model never saw, what it makes of them, BLEU and chrF.

import { wordsOf } from "../engine/scoring_math.js";
import { float, percent, repr } from "./python.js";
import { StandIn } from "./stand_in.js";
import { table } from "./tables.js";

const ROWS = 8; // so many pairs are shown, the worst first

export class ScoringStandIn extends StandIn {
  /** @param {import("./stand_in.js").Given} given */
  constructor(given) {
    super(given);
    this.on("task", "change:index", () => this.draw());
    for (const part of ["beams", "penalty"]) this.on(part, "change:value", () => this.draw());
  }

  get _task() {
    return this.get("task", "_options_labels")[this.get("task", "index")];
  }

  draw() {
    const pairs = this.data.pairs[this._task];
    const what = { pairs, beams: this.get("beams", "value"), penalty: this.get("penalty", "value") };
    return this.work("score", what, (part) => {
      if (part.rows) this._show(part);
      else this.say({ share: part.done / pairs.length, text: `${part.done} of ${pairs.length} pairs` });
    });
  }

  _show(found) {
    this.set("words", { value: scoreWords(found) });
    this.set("table", { value: pairsTable(found.rows.slice(0, ROWS)) });
  }

  clear() {
    for (const part of ["words", "table"]) this.set(part, { value: "" });
  }

  codeLines() {
    const settings = `beams=${this.get("beams", "value")}, length_penalty=${float(this.get("penalty", "value"))}`;
    const pairs = this.data.pairs[this._task];
    return (
      `pairs = ss.heldout_pairs(${repr(this._task)}, ${pairs.length})\n` +
      `found = ss.score(m, pairs, ${settings})\n` +
      "found.bleu, found.chrf, found.exact, found.rows[0]"
    );
  }
}

/** The figures of all pairs; a BLEU that is 0 for right answers too is explained. */
function scoreWords({ rows, bleu, chrf, exact }) {
  const isShort = !bleu && rows.every(({ target }) => wordsOf(target).length < 4);
  return (
    `${rows.length} pairs: BLEU ${bleu.toFixed(1)}, chrF ${chrf.toFixed(1)}, right to the letter ${percent(exact, 0)}.` +
    (isShort ? " BLEU is 0 because no right answer has four words in a row." : "")
  );
}

/** Some pairs, and how near what was written is to what is right. */
function pairsTable(rows) {
  const columns = {
    source: "what the model read",
    "it writes": "what the model made of it",
    right: "what was meant",
    chrF: "how much the two have in common, 0 to 100",
  };
  const cells = rows.map(({ source, written, target, chrf }) => [source, written, target, chrf.toFixed(0)]);
  return table("The worst first", columns, cells, 3);
}
