// Stands in for `lablib.tokenization.panel.tokens`: a text and its tokens.

import { chip } from "./chips.js";
import { ladder, ladderTable } from "./ladder.js";
import { counted, grouped, repr } from "./python.js";
import { StandIn } from "./stand_in.js";

const AT_ONCE = 2048; // tokens are given to the strip; the others when they are looked at
const MOST_SELECTED = 2000;
const FIRST = 16; // characters the ladder shows while nothing is selected
const LONGEST_PIECE = 200;
const LONGEST_CODE = 20_000; // characters of a text that are written into the code
const SHARED = "shares a character with another token";
const ADDED = "added by the tokenizer";

export class TokenStandIn extends StandIn {
  choosesModel = true;

  /** @param {import("./stand_in.js").Given} given */
  constructor(given) {
    super(given);
    this._encoding = null;
    this.offer((name) => name in this.carried);
    this.on("text", "change:value", () => this.draw());
    this.on("control", "change:value", () => this.draw());
    this.on("text", "change:selection", () => this._select(this.get("text", "selection")));
    this.on("strip", "change:hovered", () => this._mark());
    this.on("strip", "change:selected", () => this._look());
    this.on("strip", "sent", ({ want }) => want && this._send(want));
    this.badge();
  }

  get greyed() {
    return "The names of the code points, and tokenizers that are not in the menu, need a kernel: open the lab in JupyterLab.";
  }

  /** What a token is made of is not on the page before the text is cut here once. */
  begin() {
    return this.draw();
  }

  draw() {
    const what = { text: this.get("text", "value"), control: this.get("control", "value") };
    return this.work("tokens", what, (encoding) => this._show(encoding));
  }

  badge() {
    this.set("head", { model_name: this.model, why: `Its vocabulary has ${grouped(this.carried[this.model].entries)} entries.` });
  }

  _show(encoding) {
    this._encoding = { ...encoding, letters: [...encoding.text] };
    const count = encoding.ids.length;
    this.set("text", { marked: [] });
    const first = this._chips(0, Math.min(count, AT_ONCE));
    this.set("strip", { selected: [], hovered: null, tokens: first, total: count });
    this.set("words", { value: encodingWords(this._encoding) });
    this._look();
  }

  /** The chips that the strip wants, since they come into sight. */
  _send([first, last]) {
    if (this._encoding) this.parts.strip.receive({ at: first, put: this._chips(first, Math.min(last, this._encoding.ids.length)) });
  }

  _chips(first, last) {
    const { ids, spans, byteSpans, shared, added, entries } = this._encoding;
    return Array.from({ length: last - first }, (_, k) => {
      const i = first + k;
      return chip(entries.get(ids[i]), this.names, {
        caption: String(ids[i]),
        note: placeWords(spans[2 * i], spans[2 * i + 1], byteSpans[2 * i], byteSpans[2 * i + 1]),
        mark: shared[i] ? SHARED : added[i] ? ADDED : "",
      });
    });
  }

  /** Characters were selected: select their tokens. */
  _select([start = 0, end = 0]) {
    if (this._encoding?.text !== this.get("text", "value").toWellFormed()) return;
    const { ids, spans } = this._encoding;
    const touching = [];
    for (let i = 0; i < ids.length; i++) if (Math.max(spans[2 * i], start) < Math.min(spans[2 * i + 1], end)) touching.push(i);
    this.set("strip", { selected: touching.slice(0, MOST_SELECTED) });
  }

  /** Marks the characters of the token pointed at, else those of the selected ones. */
  _mark() {
    const hovered = this.get("strip", "hovered");
    this.set("text", { marked: this._stretches(hovered === null ? this.get("strip", "selected") : [hovered]) });
  }

  /** Where some tokens stand; stretches that touch are one. */
  _stretches(tokens) {
    const result = [];
    for (const token of tokens) {
      const [start, end] = this._encoding?.spans.slice(2 * token, 2 * token + 2) ?? [];
      const last = result.at(-1);
      if (last && start <= last[1]) last[1] = Math.max(last[1], end);
      else if (start < end) result.push([start, end]);
    }
    return result;
  }

  /** Shows what the selection is made of, or the beginning of the text. */
  _look() {
    this._mark();
    if (!this._encoding) return;
    const stretches = this._stretches(this.get("strip", "selected"));
    const [start, end] = stretches.length ? [stretches[0][0], stretches.at(-1)[1]] : [0, FIRST];
    this.set("ladder", { value: ladderTable(ladder(this._encoding, start, Math.min(end, start + LONGEST_PIECE))) });
  }

  codeLines() {
    const control = this.get("control", "value") ? "" : ", control=False";
    const text = this.get("text", "value");
    const count = [...text].length;
    const line = count <= LONGEST_CODE ? repr(text) : `open('your_text.txt').read()  # ${grouped(count)} characters`;
    return `text = ${line}\nencoding = tk.encode(text, ${repr(this.model)}${control})\nencoding.table()`;
  }
}

/** What there is to say of a text's tokens, in a few sentences. */
function encodingWords({ text, letters, ids, added, shared, unread }) {
  if (!text) return "No text, no tokens of its own.";
  const size = new TextEncoder().encode(text).length;
  const put = sum(added);
  const own = ids.length - put;
  const each = (size / Math.max(own, 1)).toFixed(2);
  const words = [`${counted(own, "token")} for ${counted(letters.length, "character")} (${counted(size, "byte")}): ${each} bytes per token.`];
  if (put) words.push(`The tokenizer adds ${counted(put, "token")} of its own.`);
  if (sum(shared)) words.push(`${counted(sum(shared), "token")} share a character with another token.`);
  if (unread) words.push(`${counted(unread, "character")} left no trace in any token.`);
  return words.join(" ");
}

function sum(flags) {
  return flags.reduce((total, flag) => total + flag, 0);
}

/** Where a token stands. */
function placeWords(start, end, byteStart, byteEnd) {
  if (start === end) return `at character ${grouped(start)}, from none of the text`;
  return `characters ${grouped(start)} to ${grouped(end)}, bytes ${grouped(byteStart)} to ${grouped(byteEnd)} of the text`;
}
