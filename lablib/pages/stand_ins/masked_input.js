// Stands in for `lablib.masking.panel.masked_input`: a text whose words are hidden by a click.

import { chip } from "./chips.js";
import { hiddenWords, put } from "./hiding.js";

export const MASK = "[MASK]";
const NOTHING_HIDDEN = "This mask hides no word: click one of the guesses to fill it, or type a word.";
const [TEXT, STRIP] = ["input.text", "input.strip"];

export class MaskedInput {
  /**
   * @param {import("./stand_in.js").StandIn} panel
   * @param {() => void} onChange
   */
  constructor(panel, onChange) {
    this._panel = panel;
    this.text = panel.get(TEXT, "value");
    /** @type {(string | null)[]} the word behind each mask of the text, null where none is known */
    this.hidden = panel.data.hidden;
    this.read = panel.data.read;
    panel.on(TEXT, "change:value", () => {
      const now = panel.get(TEXT, "value");
      this.hidden = hiddenWords(this.text, now, this.hidden);
      this.text = now;
      onChange();
    });
    panel.on(STRIP, "change:selected", () => this._clicked(panel.get(STRIP, "selected")));
  }

  /** Shows what was read; the masks of the whole text come first in `hidden`, those read begin with `first`. */
  show({ read, tokens }) {
    this.read = read;
    this._panel.set(TEXT, { note: read.note });
    const chips = tokens.map((entry) => chip(entry, this._panel.names));
    read.masks.forEach((place, number) => {
      const word = this.hidden[read.first + number];
      const note = `mask ${number + 1}${word ? `, hides “${word}”` : ""}`;
      chips[place] = chip(tokens[place], this._panel.names, { mark: "mask", note });
    });
    this._panel.set(STRIP, { selected: [], tokens: chips });
  }

  /**
   * Puts words into masks, from the first that was read on; null leaves a mask as it is.
   * @param {(string | null)[]} words
   */
  putGuesses(words) {
    if (!this.read) return;
    const filled = words.reduceRight((text, word, mask) => (word === null ? text : put(text, this.read.first + mask, word)), this.read.text);
    this._panel.set(TEXT, { value: filled });
  }

  _clicked([place]) {
    if (place === undefined || !this.read) return;
    this._panel.set(STRIP, { selected: [] });
    const { words, text, masks, first } = this.read;
    const word = words.find((each) => each.first <= place && place < each.last);
    if (!word) return;
    const letters = [...text];
    if (!word.masked) {
      const hidden = [...letters.slice(0, word.start), MASK, ...letters.slice(word.end)].join("");
      this._panel.set(TEXT, { value: hidden });
      return;
    }
    const number = first + masks.indexOf(word.first);
    const behind = this.hidden[number];
    if (!behind) this._panel.set(TEXT, { note: NOTHING_HIDDEN });
    else this._panel.set(TEXT, { value: put(text, number, behind, true) });
  }
}
