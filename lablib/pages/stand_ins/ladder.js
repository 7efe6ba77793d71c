// From what a person calls a character down to bytes, and up again to tokens: the ladder of
// `lablib.tokenization.compute.levels` and its table.

import { graphemeStarts } from "../engine/located.js";
import { visible } from "./chips.js";
import { counted, grouped } from "./python.js";

const MOST_BYTES = 96; // a ladder is drawn for; more would be wider than anybody scrolls

/** @typedef {{ text: string, note: string, start: number, end: number }} Rung   its bytes, from the ladder's first */

/**
 * The ladder of the characters from `start` to `end`, widened to whole characters as people count them.
 * @param {{ letters: string[], ids: number[], byteSpans: Int32Array, spans: Int32Array, entries: Map<number, any> }} encoding
 * @param {number} start
 * @param {number} end
 */
export function ladder({ letters, ids, byteSpans, spans, entries }, start, end) {
  const [first, last, cuts] = widened(letters, start, end);
  const piece = letters.slice(first, last);
  const offsets = byteOffsets(piece);
  const before = byteOffsets(letters.slice(0, first)).at(-1);
  const size = offsets.at(-1);
  const stretch = (/** @type {number} */ from, /** @type {number} */ to) => ({ start: offsets[from - first], end: offsets[to - first] });
  const characters = cuts.slice(1).map((cut, i) => ({ text: letters.slice(cuts[i], cut).join(""), note: "", ...stretch(cuts[i], cut) }));
  const points = piece.map((letter, i) => ({ text: codePoint(letter), note: "", start: offsets[i], end: offsets[i + 1] }));
  const bytes = Array.from(new TextEncoder().encode(piece.join("")), (byte, i) => ({ text: byte.toString(16).padStart(2, "0"), note: "", start: i, end: i + 1 }));
  const tokens = [];
  ids.forEach((id, i) => {
    if (Math.max(spans[2 * i], first) >= Math.min(spans[2 * i + 1], last)) return;
    const [from, to] = [byteSpans[2 * i], byteSpans[2 * i + 1]];
    tokens.push({ text: entries.get(id).text, note: String(id), start: Math.max(from, before) - before, end: Math.min(to, before + size) - before });
  });
  return { text: piece.join(""), characters, points, bytes, tokens };
}

/** @param {string} letter */
function codePoint(letter) {
  return `U+${letter.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
}

/** Where each letter's UTF-8 begins, and where the last ends. */
function byteOffsets(letters) {
  const offsets = [0];
  for (const letter of letters) offsets.push(offsets.at(-1) + new TextEncoder().encode(letter).length);
  return offsets;
}

/** The stretch widened to whole graphemes, and where these are cut; none goes on after a line's end. */
function widened(letters, start, end) {
  const first = letters.lastIndexOf("\n", start - 1) + 1;
  const after = letters.indexOf("\n", end);
  const line = letters.slice(start === 0 ? 0 : first, after < 0 ? letters.length : after + 1).join("");
  const starts = Array.from(graphemeStarts(line), (place) => place + (start === 0 ? 0 : first));
  const from = starts.findLast((place) => place <= Math.min(start, starts.at(-1)));
  const to = starts.find((place) => place >= Math.min(end, starts.at(-1)));
  return [from, to, starts.filter((place) => place >= from && place <= to)];
}

/**
 * The ladder as a table: one column a byte, and above and below it what the byte is part of.
 * @param {ReturnType<typeof ladder>} found
 */
export function ladderTable(found) {
  if (!found.text) return "";
  const size = found.bytes.length;
  const tokens = sideBySide(found.tokens);
  const levels = {
    characters: found.characters,
    "code points": found.points,
    "UTF-8 bytes": found.bytes,
    tokens,
    "token ids": tokens.map((rung) => ({ ...rung, text: rung.note, note: rung.text })),
  };
  const shown = Math.min(size, MOST_BYTES);
  const caption = shown < size ? `The first ${grouped(shown)} bytes` : `${counted(size, "byte")} of ‘${visible(found.text)}’`;
  const rows = Object.entries(levels).map(([name, rungs]) => ({ name, cells: cells(rungs, shown) }));
  return { table: { caption, rows } };
}

/** Rungs that stand in the same place as one: a table has no room for one over the other. */
function sideBySide(rungs) {
  /** @type {Rung[]} */
  const result = [];
  for (const rung of rungs) {
    const last = result.at(-1);
    if (!last || rung.start >= last.end) result.push(rung);
    else
      result[result.length - 1] = {
        text: `${last.text} + ${rung.text}`,
        note: `${last.note} + ${rung.note}`,
        start: last.start,
        end: Math.max(last.end, rung.end),
      };
  }
  return result;
}

function cells(rungs, size) {
  const row = [];
  let reached = 0;
  for (const rung of rungs) {
    const [start, end] = [Math.min(rung.start, size), Math.min(rung.end, size)];
    if (start > reached) row.push({ span: start - reached, text: null, title: "no token comes from here" });
    if (end > start) row.push({ span: end - start, text: visible(rung.text), title: rung.note ? `${rung.text}: ${rung.note}` : rung.text });
    reached = Math.max(reached, end);
  }
  return row;
}
