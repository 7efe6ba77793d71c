// Stands in for `lablib.masking.panel.fill`: a text whose words are hidden by a click, and the guesses.

import { chip, spoken, visible } from "./chips.js";
import { hiddenWords, put } from "./hiding.js";
import { general, powerOfTen, repr } from "./python.js";
import { StandIn } from "./stand_in.js";

const MASK = "[MASK]";
const NOTHING_HIDDEN = "This mask hides no word: click one of the guesses to fill it, or type a word.";
const [TEXT, STRIP] = ["input.text", "input.strip"];

export class FillStandIn extends StandIn {
  /** @param {import("./stand_in.js").Given} given */
  constructor(given) {
    super(given);
    this._text = this.get(TEXT, "value");
    this._count = Math.max(...this.get("view", "columns").map(({ rows }) => rows.length), 0) || 10;
    /** @type {(string | null)[]} the word behind each mask of the text, null where none is known */
    this._hidden = Array(this._text.split(MASK).length - 1).fill(null);
    this._read = null;
    this._guesses = [];
    this._asked = [];
    this.on(TEXT, "change:value", () => this._changed());
    this.on("word", "change:value", () => this.draw());
    this.on(STRIP, "change:selected", () => this._clicked(this.get(STRIP, "selected")));
    this.on("view", "sent", ({ pick }) => pick && this._put(...pick));
  }

  get greyed() {
    return `On this page ${this.model} guesses. Another model needs a kernel: open the lab in JupyterLab.`;
  }

  /** The words of the text, and the guesses of the model that is on the page. */
  begin() {
    return this.draw();
  }

  _changed() {
    const now = this.get(TEXT, "value");
    this._hidden = hiddenWords(this._text, now, this._hidden);
    this._text = now;
    this.draw();
  }

  draw() {
    const what = { text: this._text, hidden: this._hidden, word: this.get("word", "value"), count: this._count };
    return this.work("fill", what, (part) => {
      if (part.read) this._showText(part);
      if (part.guesses) this._guesses = part.guesses;
      if (part.columns) this.set("view", { columns: this._columns(part.columns) });
      if (part.asked) {
        this._asked = part.asked;
        this.set("words", { value: askedWords(part.asked) });
      }
    });
  }

  clear() {
    [this._guesses, this._asked] = [[], []];
    this.set("view", { columns: [] });
    this.set("words", { value: "" });
  }

  /** The masks of the whole text come first in `hidden`; those that were read begin with `first`. */
  _showText({ read, tokens }) {
    this._read = read;
    this.set(TEXT, { note: read.note });
    const chips = tokens.map((entry) => chip(entry, this.names));
    read.masks.forEach((place, number) => {
      const word = this._hidden[read.first + number];
      const note = `mask ${number + 1}${word ? `, hides “${word}”` : ""}`;
      chips[place] = chip(tokens[place], this.names, { mark: "mask", note });
    });
    this.set(STRIP, { selected: [], tokens: chips });
  }

  /** A column of guesses for each mask, with what is known of the word it hides. */
  _columns(known) {
    return this._guesses.map((guesses, mask) => {
      const { word, score } = known[mask] ?? {};
      const rows = guesses.map((guess) => ({
        text: visible(guess.text),
        spoken: spoken(guess.text, this.names),
        value: guess.probability,
        number: percent(guess.probability),
        note: `token ${guess.id}`,
        mark: score ? score.ids.length === 1 && score.ids[0] === guess.id : Boolean(word) && guess.text.trim().toLowerCase() === word.toLowerCase(),
      }));
      return { title: `Mask ${mask + 1}`, note: word ? hiddenNote(word, score) : "", rows };
    });
  }

  _clicked([place]) {
    if (place === undefined || !this._read) return;
    this.set(STRIP, { selected: [] });
    const { words, text, masks, first } = this._read;
    const word = words.find((each) => each.first <= place && place < each.last);
    if (!word) return;
    const letters = [...text];
    if (!word.masked) {
      const hidden = [...letters.slice(0, word.start), MASK, ...letters.slice(word.end)].join("");
      this.set(TEXT, { value: hidden });
      return;
    }
    const number = first + masks.indexOf(word.first);
    const behind = this._hidden[number];
    if (!behind) this.set(TEXT, { note: NOTHING_HIDDEN });
    else this.set(TEXT, { value: put(text, number, behind, true) });
  }

  /** Puts a guess into its mask. */
  _put(mask, row) {
    const guess = this._guesses[mask]?.[row];
    if (guess && this._read) this.set(TEXT, { value: put(this._read.text, this._read.first + mask, guess.text) });
  }

  codeLines() {
    const lines =
      `text = ${repr(this._text)}\n` +
      `filled = mk.fill(m, text, k=${this._count})\n` +
      "guesses = [filled.top(mask=mask) for mask in range(len(filled.guesses))]\n";
    if (!this._asked.length) return `${lines}guesses`;
    const call = `mk.score_word(m, text, ${repr(this.get("word", "value"))}, mask)`;
    return `${lines}[${call}.probability for mask in range(${this._asked.length})]`;
  }
}

/** What to say of the word behind a mask. */
function hiddenNote(word, score) {
  if (!score) return `It hides “${word}”, which is not in the vocabulary.`;
  const pieces = score.ids.length > 1 ? ` as ${score.ids.length} pieces` : "";
  return `It hides “${word}”: ${percent(score.probability)}${pieces}.`;
}

/** How probable a word that was asked for is, at each mask, in a sentence. */
function askedWords(scores) {
  if (!scores.length) return "";
  const [{ word, ids, pieces }] = scores;
  const several =
    ` It has ${ids.length} pieces, ${pieces.map(visible).join(" · ")}: each is scored ` +
    "given those before it, and the probabilities are multiplied.";
  const where = scores.map((score, mask) => `${percent(score.probability)} at mask ${mask + 1}`);
  const places = scores.length === 1 ? percent(scores[0].probability) : where.join(", ");
  return `“${word.trim()}”: ${places}.${ids.length > 1 ? several : ""}`;
}

/** A probability for people: three figures, and a power of ten where it is very small. */
function percent(probability) {
  if (probability >= 1e-6) return `${general(100 * probability, 3)} %`;
  if (probability <= 0) return "0 %";
  const [figures, exponent] = probability.toExponential(1).split("e");
  return `${figures} × ${powerOfTen(Number(exponent))}`;
}
