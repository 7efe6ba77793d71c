// Stands in for `lablib.masking.panel.evidence`: each word is taken away, and what the answer loses.

import { stripScale, wordChip } from "./chips.js";
import { MaskedInput } from "./masked_input.js";
import { nats, percent as share, probability as percent, repr, times } from "./python.js";
import { StandIn } from "./stand_in.js";
import { table } from "./tables.js";

const HOW = ["mask", "replace"];

export class EvidenceStandIn extends StandIn {
  /** @param {import("./stand_in.js").Given} given */
  constructor(given) {
    super(given);
    this._input = new MaskedInput(this, () => this.draw());
    this._fitting = false;
    this.on("answer", "change:value", () => this.draw());
    this.on("how", "change:index", () => this.draw());
    this.on("mask", "change:value", () => this._fitting || this.draw());
  }

  get answer() {
    return this.get("answer", "value").trim();
  }

  draw() {
    const what = { text: this._input.text, answer: this.answer, mask: this.get("mask", "value") - 1, how: HOW[this.get("how", "index")] };
    return this.work("evidence", what, (part) => {
      if (part.read) this._showText(part);
      else this._show(part);
    });
  }

  _showText(part) {
    this._input.show(part);
    const max = Math.max(part.read.masks.length, 1);
    this._fitting = true;
    this.set("mask", { max, value: Math.min(this.get("mask", "value"), max) });
    this._fitting = false;
  }

  _show(found) {
    const { words } = found;
    const most = Math.max(...words.map(({ change }) => Math.abs(change))) || 1;
    const looked = Math.max(...words.map(({ look }) => look)) || 1;
    const changes = words.map(({ first, text, change, instead, without }) => ({
      first, text, value: change, note: `with “${instead}” replacements: ${percent(Math.exp(without))}`,
    }));
    this.set("changes", { selected: [], scale: stripScale(-most, most, "nats", "signed"), tokens: this._chips(found, changes) });
    const looks = words.map(({ first, text, look }) => ({ first, text, value: look }));
    this.set("attention", { selected: [], scale: stripScale(0, looked), tokens: this._chips(found, looks) });
    this.set("words", { value: evidenceWords(found) });
    this.set("table", { value: evidenceTable(found) });
  }

  /** Words and masks in the order of the text; the answer's mask is marked. */
  _chips({ masks, place }, words) {
    const blanks = masks.map((first) => ({ first, text: "[MASK]", special: true, mark: first === place ? "asked" : undefined }));
    const all = [...words, ...blanks].sort((one, other) => one.first - other.first);
    return all.map(({ text, special = false, ...more }) => wordChip({ text, special }, this.names, more));
  }

  clear() {
    for (const part of ["changes", "attention"]) this.set(part, { selected: [], tokens: [] });
    for (const part of ["words", "table"]) this.set(part, { value: "" });
  }

  codeLines() {
    const answer = this.answer ? repr(this.answer) : "None";
    return (
      `text = ${repr(this._input.text)}\n` +
      `found = mk.evidence(m, text, ${answer}, mask=${this.get("mask", "value") - 1}, how=${repr(HOW[this.get("how", "index")])})\n` +
      "looks = mk.attention_from_mask(m, found)\n" +
      "found.changes, looks"
    );
  }
}

/** The words by a measure, the largest first; those alike stay in their order. */
function ranked(words, measure) {
  return words.toSorted((one, other) => measure(other) - measure(one));
}

const byChange = ({ change }) => Math.abs(change);
const byLook = ({ look }) => look;

/** Which word carries the guess, which one is looked at most, and whether they are the same. */
function evidenceWords({ answer, logProbability, words }) {
  const [{ text, change }] = ranked(words, byChange);
  const [looked] = ranked(words, byLook);
  const factor = times(Math.exp(Math.min(Math.abs(change), 50)));
  const agree =
    looked.text === text
      ? `Of the words, the mask looks at it most, too (${share(looked.look, 0)}).`
      : `But of the words, the mask looks most at “${looked.text}” (${share(looked.look, 0)}): looking is not the same as using.`;
  return (
    `“${answer}” has ${percent(Math.exp(logProbability))}. Without “${text}” it would be ${factor} ` +
    `${change > 0 ? "less" : "more"} probable. ${agree}${elsewhere(words)}`
  );
}

/** What the picture leaves out of the attention, where that is the larger part. */
function elsewhere(words) {
  const rest = words.reduce((left, { look }) => left - look, 1);
  return rest > 0.5 ? ` Most of its attention (${share(rest, 0)}) rests on special tokens such as [CLS].` : "";
}

/** Both measures of each word, with their ranks. */
function evidenceTable({ answer, words }) {
  const columns = {
    Word: "taken away, one at a time",
    instead: "what was in its place",
    "answer without it": "the probability of the answer then",
    change: "in the answer's log-probability, in nats; above 0 the word speaks for it",
    attention: "from the mask, mean over layers and heads",
    ranks: "by the size of the change, and by attention",
  };
  const [changes, looks] = [ranked(words, byChange), ranked(words, byLook)];
  const rows = words.map((word) => {
    const ranks = `${changes.indexOf(word) + 1} and ${looks.indexOf(word) + 1}`;
    return [word.text, word.instead, percent(Math.exp(word.without)), nats(word.change, true), share(word.look), ranks];
  });
  return table(`What each word does for “${answer}”`, columns, rows);
}
