// Stands in for `lablib.masking.panel.fill`: a text whose words are hidden by a click, and the guesses.

import { spoken, visible } from "./chips.js";
import { MaskedInput } from "./masked_input.js";
import { probability as percent, repr } from "./python.js";
import { StandIn } from "./stand_in.js";

export class FillStandIn extends StandIn {
  /** @param {import("./stand_in.js").Given} given */
  constructor(given) {
    super(given);
    this._input = new MaskedInput(this, () => this.draw());
    this._count = Math.max(...this.get("view", "columns").map(({ rows }) => rows.length), 0) || 10;
    this._guesses = this.data.guesses;
    this._asked = [];
    this.on("word", "change:value", () => this.draw());
    this.on("view", "sent", ({ pick }) => pick && this._put(...pick));
  }

  draw() {
    const what = { text: this._input.text, hidden: this._input.hidden, word: this.get("word", "value"), count: this._count };
    return this.work("fill", what, (part) => {
      if (part.read) this._input.show(part);
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

  /** Puts a guess into its mask. */
  _put(mask, row) {
    const guess = this._guesses[mask]?.[row];
    if (guess) this._input.putGuesses(this._guesses.map((_, number) => (number === mask ? guess.text : null)));
  }

  codeLines() {
    const lines =
      `text = ${repr(this._input.text)}\n` +
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
