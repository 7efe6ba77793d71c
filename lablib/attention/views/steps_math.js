// Attention from scratch: the numbers of every stage, as `lablib.attention.steps` computes them.
// Matrices are rows after rows in one array. No page and no kernel.

/** @typedef {{queries: number, keys: number, size: number, valueSize: number}} Shape */

/**
 * The dot product of each query with each key, [query, key].
 * @param {ArrayLike<number>} q
 * @param {ArrayLike<number>} k
 * @param {Shape} shape
 */
export function dotProducts(q, k, { queries, keys, size }) {
  const scores = new Float64Array(queries * keys);
  for (let i = 0; i < queries; i++)
    for (let j = 0; j < keys; j++) {
      let sum = 0;
      for (let c = 0; c < size; c++) sum += q[i * size + c] * k[j * size + c];
      scores[i * keys + j] = sum;
    }
  return scores;
}

/**
 * The scores times `scale`, plus the model's bias (empty for none), divided by the temperature.
 * @param {Float64Array} scores
 * @param {number} scale
 * @param {ArrayLike<number>} bias
 * @param {number} temperature
 */
export function scaledScores(scores, scale, bias, temperature) {
  return scores.map((score, at) => (score * scale + (bias.length ? bias[at] : 0)) / temperature);
}

/**
 * Whether the key comes after the query; where there are fewer queries, they are the last tokens.
 * @param {number} i
 * @param {number} j
 * @param {{queries: number, keys: number}} shape
 */
export const comesLater = (i, j, { queries, keys }) => j > i + keys - queries;

/**
 * Minus infinity where a key comes after its query.
 * @param {Float64Array} scaled
 * @param {Shape} shape
 */
export function causallyMasked(scaled, shape) {
  return scaled.map((score, at) => {
    const [i, j] = [Math.floor(at / shape.keys), at % shape.keys];
    return comesLater(i, j, shape) ? -Infinity : score;
  });
}

/**
 * The softmax of each row: e to the score, divided by the row's sum of those.
 * @param {Float64Array} masked
 * @param {number} keys
 */
export function softmaxRows(masked, keys) {
  const weights = new Float64Array(masked.length);
  for (let start = 0; start < masked.length; start += keys) {
    const row = masked.subarray(start, start + keys);
    const most = Math.max(...row);
    const powers = row.map((score) => Math.exp(score - most));
    const sum = powers.reduce((total, power) => total + power, 0);
    powers.forEach((power, j) => (weights[start + j] = power / sum));
  }
  return weights;
}

/**
 * The values averaged with the weights of each query, [query, value size].
 * @param {ArrayLike<number>} weights
 * @param {ArrayLike<number>} v
 * @param {Shape} shape
 */
export function weightedValues(weights, v, { queries, keys, valueSize }) {
  const output = new Float64Array(queries * valueSize);
  for (let i = 0; i < queries; i++)
    for (let j = 0; j < keys; j++)
      for (let c = 0; c < valueSize; c++) output[i * valueSize + c] += weights[i * keys + j] * v[j * valueSize + c];
  return output;
}

/**
 * All stages. `scale` and `causal` as they are switched.
 * @param {{scores: Float64Array, v: ArrayLike<number>, bias: ArrayLike<number>, shape: Shape, scale: number,
 *   causal: boolean, temperature: number}} given
 */
export function attentionSteps({ scores, v, bias, shape, scale, causal, temperature }) {
  const scaled = scaledScores(scores, scale, bias, temperature);
  const masked = causal ? causallyMasked(scaled, shape) : scaled;
  const weights = softmaxRows(masked, shape.keys);
  return { scores, scaled, masked, weights, output: weightedValues(weights, v, shape) };
}

/**
 * The entropy of each row's weights in bits, averaged over the rows.
 * @param {Iterable<number>} weights
 * @param {number} queries
 */
export function meanEntropy(weights, queries) {
  let bits = 0;
  for (const weight of weights) if (weight > 0) bits -= weight * Math.log2(weight);
  return bits / queries;
}
