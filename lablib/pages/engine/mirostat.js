// Mirostat: the limit of surprisal moves after every token (`lablib.sampling.compute.mirostat`).

const LEAST = 1e-6;

/** @typedef {{ target: number, rate: number }} Mirostat   τ in bits, and how much of a miss is made good at once */

/**
 * The limit for the next token, in bits, from the surprisals of those before.
 * @param {Mirostat} mirostat
 * @param {number[]} surprisals
 */
export function limitAfter({ target, rate }, surprisals) {
  return Math.max(surprisals.reduce((limit, surprisal) => limit - rate * (surprisal - target), 2 * target), LEAST);
}

/**
 * A token's surprisal by the model alone, in bits.
 * @param {{ logProbability: number }} step
 */
export function surprisal({ logProbability }) {
  return -logProbability / Math.LN2;
}
