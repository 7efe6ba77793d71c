// The random numbers of a seed as NumPy draws them (`numpy.random.default_rng(seed).random(n)`), so
// that a page writes the text that the panel writes: a SeedSequence fills the state of a PCG64
// (O'Neill 2014, "PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms").

const WORD = 0xffffffffn;
const LONG = 2n ** 64n - 1n;
const STATE = 2n ** 128n - 1n;
const MULTIPLIER = (2549297995355413924n << 64n) | 4865540595714422341n;

/**
 * @param {number} seed   a whole number from 0 on
 * @param {number} count
 * @returns {number[]} from 0 up to (not including) 1; the first do not depend on how many there are
 */
export function uniforms(seed, count) {
  const [high, low, highStep, lowStep] = seeds(BigInt(seed));
  const step = ((((highStep << 64n) | lowStep) << 1n) | 1n) & STATE;
  /** @param {bigint} state */
  const next = (state) => (state * MULTIPLIER + step) & STATE;
  let state = next(step + ((high << 64n) | low));
  return Array.from({ length: count }, () => {
    state = next(state);
    return Number(rotated(state) >> 11n) / 2 ** 53;
  });
}

/**
 * The 64 bits that a state of 128 gives: its halves crossed, turned by its highest six bits.
 * @param {bigint} state
 */
function rotated(state) {
  const [crossed, by] = [(state >> 64n) ^ (state & LONG), state >> 122n];
  return ((crossed >> by) | (crossed << (64n - by))) & LONG;
}

/**
 * Four numbers of 64 bits from a seed: NumPy's SeedSequence.
 * @param {bigint} seed
 */
function seeds(seed) {
  const pool = pooled(seed);
  const hash = hasher(0x8b51f9ddn, 0x58f38dedn);
  const words = Array.from({ length: 8 }, (_, i) => hash(pool[i % 4]));
  return [0, 2, 4, 6].map((i) => words[i] | (words[i + 1] << 32n));
}

/**
 * A seed's words, spread over a pool of four in which each has met each.
 * @param {bigint} seed
 */
function pooled(seed) {
  const hash = hasher(0x43b0d7e5n, 0x931e8875n);
  const pool = [0n, 32n, 64n, 96n].map((bit) => hash((seed >> bit) & WORD));
  for (let from = 0; from < 4; from++)
    for (let to = 0; to < 4; to++) if (from !== to) pool[to] = mixed(pool[to], hash(pool[from]));
  return pool;
}

/**
 * A hash of words of 32 bits that changes with each it is given.
 * @param {bigint} start
 * @param {bigint} factor
 */
function hasher(start, factor) {
  let constant = start;
  /** @param {bigint} word */
  return (word) => {
    const crossed = word ^ constant;
    constant = (constant * factor) & WORD;
    return folded(crossed * constant);
  };
}

/**
 * @param {bigint} one
 * @param {bigint} other
 */
function mixed(one, other) {
  return folded(0xca01f9ddn * one - 0x4973f715n * other);
}

/** @param {bigint} value */
function folded(value) {
  const word = value & WORD;
  return word ^ (word >> 16n);
}
