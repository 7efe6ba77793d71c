// Two lists side by side, what they share in the same rows: Python's `difflib.SequenceMatcher`.

/**
 * The items of two lists in pairs: those that are the same together, others in the order they come, and
 * null where one list has no more.
 * @template T
 * @param {T[]} one
 * @param {T[]} other
 * @param {(item: T) => string} keyOf   what makes two items the same
 * @returns {[T | null, T | null][]}
 */
export function sideBySide(one, other, keyOf) {
  const found = shared(one.map(keyOf), other.map(keyOf), { from: 0, to: one.length, start: 0, end: other.length });
  /** @type {[T | null, T | null][]} */
  const pairs = [];
  let [i, j] = [0, 0];
  for (const block of [...found, { i: one.length, j: other.length, size: 0 }]) {
    const [ahead, alike] = [Math.max(block.i - i, block.j - j), block.size];
    for (let step = 0; step < ahead; step++)
      pairs.push([i + step < block.i ? one[i + step] : null, j + step < block.j ? other[j + step] : null]);
    for (let step = 0; step < alike; step++) pairs.push([one[block.i + step], other[block.j + step]]);
    [i, j] = [block.i + alike, block.j + alike];
  }
  return pairs;
}

/** @typedef {{ i: number, j: number, size: number }} Block   which both lists have: from i on in one, from j on in the other */
/** @typedef {{ from: number, to: number, start: number, end: number }} Range   of both lists */

/**
 * The longest stretch that both have, and in the same way those before it and behind it, in order.
 * @param {string[]} one
 * @param {string[]} other
 * @param {Range} range
 * @returns {Block[]}
 */
function shared(one, other, range) {
  const block = longest(one, other, range);
  if (!block.size) return [];
  const { i, j, size } = block;
  const before = shared(one, other, { ...range, to: i, end: j });
  return [...before, block, ...shared(one, other, { ...range, from: i + size, start: j + size })];
}

/**
 * The longest stretch that both have within a range; of equally long ones that which comes first in `one`, then in `other`.
 * @param {string[]} one
 * @param {string[]} other
 * @param {Range} range
 * @returns {Block}
 */
function longest(one, other, { from, to, start, end }) {
  let best = { i: from, j: start, size: 0 };
  /** @type {number[]} how long a stretch ends at each place of `other`, and at the item of `one` before */
  let lengths = [];
  for (let i = from; i < to; i++) {
    const now = [];
    for (let j = start; j < end; j++) {
      if (one[i] !== other[j]) continue;
      const size = (now[j] = (lengths[j - 1] ?? 0) + 1);
      if (size > best.size) best = { i: i - size + 1, j: j - size + 1, size };
    }
    lengths = now;
  }
  return best;
}
