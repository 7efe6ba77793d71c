// A token as the strip takes it: what `lablib.widgets.tokens` and `to_browser` make of it in Python.

import { hexadecimal } from "../engine/entries.js";
import { figure } from "./python.js";

/** @typedef {Record<string, string>} Names what characters without a shape are called, by the character */

/** @type {Record<string, string>} */
const MARKS = { " ": "␣", "\n": "⏎", "\t": "⇥", "\x7f": "␡" };
// Letters and marks by their category that no font draws: fillers, joiners, variation selectors.
const EMPTY = [
  [0x34f], [0x115f, 0x1160], [0x17b4, 0x17b5], [0x180b, 0x180d], [0x180f], [0x2800], [0x3164], [0xffa0],
  [0xfe00, 0xfe0f], [0xe0100, 0xe01ef],
];

/** @param {string} letter */
export function hasShape(letter) {
  const code = letter.codePointAt(0);
  const empty = EMPTY.some(([first, last = first]) => first <= code && code <= last);
  return letter === " " || (!/[\p{C}\p{Z}]/u.test(letter) && !empty);
}

/**
 * The text with a mark for every character that would not be seen.
 * @param {string} text
 */
export function visible(text) {
  const letters = [...text];
  return letters.map((letter, i) => visibleLetter(letter, letters[i - 1] ?? " ")).join("");
}

/**
 * @param {string} letter
 * @param {string} before
 */
function visibleLetter(letter, before) {
  const code = letter.codePointAt(0);
  if (letter in MARKS) return MARKS[letter];
  if (code < 32) return String.fromCodePoint(0x2400 + code);
  if (!hasShape(letter)) return `‹${code.toString(16).toUpperCase().padStart(4, "0")}›`;
  const alone = before in MARKS || before < " " || !hasShape(before);
  return /\p{M}/u.test(letter) && alone ? `◌${letter}` : letter;
}

/**
 * The text in words that a screen reader says, where it would pass over a mark.
 * @param {string} text
 * @param {Names} names
 */
export function spoken(text, names) {
  const word = (/** @type {string} */ letter) =>
    names[letter] ?? `u+${letter.codePointAt(0).toString(16).padStart(4, "0")}`;
  const words = Array.from(text, (letter) => (hasShape(letter) && letter !== " " ? letter : ` ${word(letter)} `));
  return words.join("").trim().split(/\s+/u).join(" ");
}

/**
 * @param {import("../engine/entries.js").Entry} entry
 * @param {Names} names
 * @param {{ value?: number, caption?: string, note?: string, mark?: string }} more
 */
export function chip({ id, text, bytes, special, partial }, names, more = {}) {
  const { value, caption, note = partial ? "part of a character" : "", mark } = more;
  const sent = {
    text: visible(text),
    id,
    spoken: spoken(text, names),
    bytes: hexadecimal(bytes),
    special: special || null,
    ends_line: text.endsWith("\n") || null,
    value,
    number: value === undefined ? null : figure(value),
    caption,
    note,
    mark,
  };
  return Object.fromEntries(Object.entries(sent).filter(([name, part]) => name === "text" || !EMPTY_PARTS.has(part)));
}

/** @type {Set<any>} */
const EMPTY_PARTS = new Set([null, undefined, ""]);

/**
 * A word, or a mask, as the strip takes it: it has neither id nor bytes.
 * @param {{ text: string, special?: boolean }} word
 * @param {Names} names
 * @param {{ value?: number, note?: string, mark?: string }} more
 */
export function wordChip({ text, special = false }, names, more) {
  return chip({ id: undefined, text, bytes: new Uint8Array(0), special, partial: false }, names, more);
}

/**
 * A token as it is named; one that only begins a word decodes to nothing, and is a space.
 * @param {string} text
 */
export function tokenName(text) {
  return visible(text || " ");
}

/** A strip's colour scale, with its ends in words. */
export function stripScale(min, max, unit = "", palette = "viridis") {
  return { min, max, unit, palette, ends: [figure(min), figure(max)] };
}
