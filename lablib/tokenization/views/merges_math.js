// Cutting words with the first entries of a vocabulary: pure functions, no page and no kernel.
//
// An entry is known by its number: its place in the order in which the vocabulary grew. A vocabulary
// of size N is entries 0 … N - 1, so that every size is a comparison away.

const LONGEST_WORD = 100; // characters; a longer word is [UNK] to a WordPiece
const UNKNOWN_PENALTY = 10;

/** @typedef {ReturnType<typeof grammar>} Grammar */

/**
 * What the cuts need to know.
 *
 * @param {string} kind "BPE", "WordPiece" or "Unigram"
 * @param {string[]} entries as the vocabulary writes them, in the order in which it grew
 * @param {Int32Array} merges three numbers for each: left piece, right piece, what they make
 * @param {Float64Array} scores log-probabilities of a unigram's entries
 */
export function grammar(kind, entries, merges, scores) {
  const count = merges.length / 3;
  const ranks = new Map();
  for (let i = 0; i < count; i++) ranks.set(merges[3 * i] * entries.length + merges[3 * i + 1], i);
  return {
    kind,
    entries,
    merges,
    scores,
    ranks,
    numbers: new Map(entries.map((entry, number) => [entry, number])),
    longest: entries.reduce((most, entry) => Math.max(most, entry.length), 1),
    unknownScore: scores.reduce((least, score) => Math.min(least, score), 0) - UNKNOWN_PENALTY,
  };
}

/**
 * How many merges make the first `size` entries: all before the first that makes a later one.
 * @param {{merges: Int32Array}} known
 * @param {number} size
 */
export function mergesAt({ merges }, size) {
  let count = 0;
  while (3 * count < merges.length && merges[3 * count + 2] < size) count++;
  return count;
}

/**
 * The numbers of a word's tokens, with the first `size` entries only.
 * @param {Grammar} known
 * @param {number} size
 * @returns {(word: string) => number[]}
 */
export function cutter(known, size) {
  if (known.kind === "WordPiece") return (word) => longestMatches(word, known, size);
  if (known.kind === "Unigram") return (word) => bestPath(word, known, size);
  const count = mergesAt(known, size);
  return (word) => mergeAll(word, known, count);
}

/**
 * BPE: of all neighbours the pair of lowest rank is merged, the leftmost of several, and so on.
 * @param {string} word
 * @param {Grammar} known
 * @param {number} count
 * @returns {number[]}
 */
function mergeAll(word, { entries, merges, ranks, numbers }, count) {
  const pieces = Array.from(word, (letter) => numbers.get(letter));
  const rankAt = (/** @type {number} */ i) => {
    const rank = ranks.get(pieces[i] * entries.length + pieces[i + 1]);
    return rank < count ? rank : Infinity;
  };
  const at = pieces.slice(1).map((_, i) => rankAt(i));
  for (;;) {
    let best = 0;
    for (let i = 1; i < at.length; i++) if (at[i] < at[best]) best = i;
    if (!(at[best] < Infinity)) return pieces;
    pieces.splice(best, 2, merges[3 * at[best] + 2]);
    at.splice(best, 1);
    if (best > 0) at[best - 1] = rankAt(best - 1);
    if (best < at.length) at[best] = rankAt(best);
  }
}

/**
 * WordPiece: the longest entry that the rest begins with, again and again; or all is unknown.
 * @param {string} word
 * @param {Grammar} known
 * @param {number} size
 * @returns {number[]}
 */
function longestMatches(word, { numbers }, size) {
  const letters = Array.from(word);
  if (letters.length > LONGEST_WORD) return [0];
  const pieces = [];
  for (let start = 0; start < letters.length; ) {
    let end = letters.length;
    const entry = () => numbers.get((start ? "##" : "") + letters.slice(start, end).join(""));
    while (end > start && !(entry() < size)) end--;
    if (end === start) return [0];
    pieces.push(entry());
    start = end;
  }
  return pieces;
}

/**
 * Unigram: the cut whose scores have the highest sum. Unknown characters side by side are one.
 * @param {string} word
 * @param {Grammar} known
 * @param {number} size
 * @returns {number[]}
 */
function bestPath(word, { numbers, scores, longest, unknownScore }, size) {
  const letters = Array.from(word);
  /** @type {{total: number, start?: number, number?: number}[]} */
  const best = [{ total: 0 }];
  for (let end = 1; end <= letters.length; end++) {
    for (let start = Math.max(0, end - longest); start < end; start++) {
      const number = numbers.get(letters.slice(start, end).join(""));
      const known = number < size;
      if (!known && start < end - 1) continue;
      const total = best[start].total + (known ? scores[number] : unknownScore);
      if (!best[end] || total > best[end].total) best[end] = { start, total, number: known ? number : 0 };
    }
  }
  const pieces = [];
  for (let end = letters.length; end; end = best[end].start)
    if (best[end].number || pieces.at(-1) !== 0) pieces.push(best[end].number);
  return pieces.reverse();
}
