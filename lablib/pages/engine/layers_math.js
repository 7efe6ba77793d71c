// The parts a transformer is made of: pure functions over rows of numbers.
//
// A text is `count` rows of `width` numbers, one row for each token, in one Float32Array. Sums are
// taken in 64 bits, which V8 does faster than in 32, and rounded once.

/**
 * @typedef {object} Linear   y = x · rowsᵀ + bias
 * @property {Float32Array} rows   [outputs, inputs]
 * @property {Float32Array} bias   [outputs]
 */

/** @typedef {{ weight: Float32Array, bias: Float32Array, epsilon: number }} Norm */

/**
 * A matrix with its columns as rows: [height, width] becomes [width, height].
 * @param {Float32Array} matrix
 * @param {number} height
 */
export function transposed(matrix, height) {
  const width = matrix.length / height;
  const result = new Float32Array(matrix.length);
  for (let i = 0; i < height; i++) for (let j = 0; j < width; j++) result[j * height + i] = matrix[i * width + j];
  return result;
}

/**
 * Some rows of a matrix, one below the other.
 * @param {Float32Array} matrix   [rows, width]
 * @param {number[]} places
 * @param {number} width
 */
export function rowsOf(matrix, places, width) {
  const result = new Float32Array(places.length * width);
  places.forEach((place, i) => result.set(matrix.subarray(place * width, (place + 1) * width), i * width));
  return result;
}

/**
 * A linear layer on each row: [count, inputs] becomes [count, outputs].
 * @param {Float32Array} x
 * @param {Linear} layer
 */
export function linear(x, { rows, bias }) {
  const inputs = rows.length / bias.length;
  const result = new Float32Array((x.length / inputs) * bias.length);
  for (let i = 0; i * inputs < x.length; i++) {
    const row = x.subarray(i * inputs, (i + 1) * inputs);
    products(rows, row, bias, result.subarray(i * bias.length, (i + 1) * bias.length));
  }
  return result;
}

/**
 * A matrix times a vector: nearly all the time goes here. Eight rows at once, so that a number of the
 * vector is read once for eight products, and eight sums do not wait for each other.
 * @param {Float32Array} rows
 * @param {Float32Array} x
 * @param {Float32Array} bias
 * @param {Float32Array} into
 */
function products(rows, x, bias, into) {
  const size = x.length;
  const whole = into.length - (into.length % 8);
  for (let r = 0; r < whole; r += 8) {
    let a = bias[r], b = bias[r + 1], c = bias[r + 2], d = bias[r + 3];
    let e = bias[r + 4], f = bias[r + 5], g = bias[r + 6], h = bias[r + 7];
    for (let i = 0; i < size; i++) {
      const v = x[i];
      let at = r * size + i;
      a += rows[at] * v;
      b += rows[(at += size)] * v;
      c += rows[(at += size)] * v;
      d += rows[(at += size)] * v;
      e += rows[(at += size)] * v;
      f += rows[(at += size)] * v;
      g += rows[(at += size)] * v;
      h += rows[at + size] * v;
    }
    into[r] = a;
    into[r + 1] = b;
    into[r + 2] = c;
    into[r + 3] = d;
    into[r + 4] = e;
    into[r + 5] = f;
    into[r + 6] = g;
    into[r + 7] = h;
  }
  for (let r = whole; r < into.length; r++) into[r] = bias[r] + dot(rows, r * size, x, 0, size);
}

/**
 * The dot product of `size` numbers of a, from `i` on, and as many of b, from `j` on.
 * @param {Float32Array} a
 * @param {number} i
 * @param {Float32Array} b
 * @param {number} j
 * @param {number} size
 */
function dot(a, i, b, j, size) {
  let sum = 0;
  for (let k = 0; k < size; k++) sum += a[i + k] * b[j + k];
  return sum;
}

/**
 * Each row with mean 0 and variance 1, then weighted and shifted (Ba et al. 2016, "Layer
 * normalization").
 * @param {Float32Array} x
 * @param {Norm} norm
 */
export function layerNorm(x, { weight, bias, epsilon }) {
  const width = weight.length;
  const result = new Float32Array(x.length);
  for (let start = 0; start < x.length; start += width) {
    let mean = 0;
    for (let i = 0; i < width; i++) mean += x[start + i] / width;
    let variance = 0;
    for (let i = 0; i < width; i++) variance += (x[start + i] - mean) ** 2 / width;
    const scale = 1 / Math.sqrt(variance + epsilon);
    for (let i = 0; i < width; i++) result[start + i] = (x[start + i] - mean) * scale * weight[i] + bias[i];
  }
  return result;
}

/**
 * Each row with a mean square of 1, then weighted (Zhang and Sennrich 2019, "Root mean square layer
 * normalization").
 * @param {Float32Array} x
 * @param {Omit<Norm, "bias">} norm
 */
export function rmsNorm(x, { weight, epsilon }) {
  const width = weight.length;
  const result = new Float32Array(x.length);
  for (let start = 0; start < x.length; start += width) {
    let square = 0;
    for (let i = 0; i < width; i++) square += x[start + i] ** 2 / width;
    const scale = 1 / Math.sqrt(square + epsilon);
    for (let i = 0; i < width; i++) result[start + i] = x[start + i] * scale * weight[i];
  }
  return result;
}

/**
 * @param {Float32Array} a
 * @param {Float32Array} b
 */
export function sum(a, b) {
  const result = new Float32Array(a.length);
  for (let i = 0; i < a.length; i++) result[i] = a[i] + b[i];
  return result;
}

/** @param {number} x */
function gelu(x) {
  return 0.5 * x * (1 + erf(x / Math.SQRT2));
}

/**
 * The error function to 1.5e-7, about the precision of 32 bits (Abramowitz and Stegun 1964, 7.1.26).
 * @param {number} x
 */
export function erf(x) {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const polynomial =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(x) * (1 - polynomial * Math.exp(-x * x));
}

/** @param {number} x */
function geluTanh(x) {
  return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}

/**
 * The activations by the names that configurations call them (Hendrycks and Gimpel 2016).
 * @type {Record<string, (x: number) => number>}
 */
export const ACTIVATIONS = { gelu, gelu_new: geluTanh, gelu_pytorch_tanh: geluTanh };

/**
 * @typedef {object} Heads
 * @property {number} heads
 * @property {number} width         numbers in a row, of all heads together
 * @property {number} seen          how many keys the first query sees
 * @property {boolean} causal       whether each further query sees one key more
 * @property {ReadonlySet<number>} muted   heads whose output is zero
 * @property {(head: number, query: number) => Float32Array} weights  where the weights of a query are put
 * @property {number} [scale]       what the products are multiplied with, if not with 1 / √size
 * @property {(head: number, query: number, key: number) => number} [bias]   what is added to each score
 */

/**
 * Multi-head attention: softmax(q · kᵀ / √size) · v, head by head (Vaswani et al. 2017).
 * @param {Float32Array} queries   [queries, width]
 * @param {Float32Array} keys      [at least as many as are seen, width]
 * @param {Float32Array} values    the same
 * @param {Heads} how
 * @returns {Float32Array} [queries, width], the heads side by side
 */
export function attend(queries, keys, values, { heads, width, seen, causal, muted, weights, scale, bias }) {
  const size = width / heads;
  const factor = scale ?? 1 / Math.sqrt(size);
  const result = new Float32Array(queries.length);
  for (let query = 0; query * width < queries.length; query++) {
    const count = causal ? seen + query : seen;
    for (let head = 0; head < heads; head++) {
      const row = weights(head, query).subarray(0, count);
      const start = query * width + head * size;
      for (let key = 0; key < count; key++)
        row[key] = factor * dot(queries, start, keys, key * width + head * size, size) + (bias ? bias(head, query, key) : 0);
      softmax(row);
      if (muted.has(head)) continue;
      for (let key = 0; key < count; key++)
        for (let i = 0; i < size; i++) result[start + i] += row[key] * values[key * width + head * size + i];
    }
  }
  return result;
}

/**
 * Turns scores into probabilities, in their place.
 * @param {Float32Array} scores
 */
export function softmax(scores) {
  let best = -Infinity;
  for (let i = 0; i < scores.length; i++) best = Math.max(best, scores[i]);
  let total = 0;
  for (let i = 0; i < scores.length; i++) {
    scores[i] = Math.exp(scores[i] - best);
    total += scores[i];
  }
  for (let i = 0; i < scores.length; i++) scores[i] /= total;
}

/**
 * A score's log-probability, natural; it is finite also where the probability is too small for a number.
 * @param {Float32Array} scores
 * @param {number} id
 */
export function logProbabilityOf(scores, id) {
  const most = scores.reduce((best, score) => Math.max(best, score), -Infinity);
  return scores[id] - most - Math.log(scores.reduce((total, score) => total + Math.exp(score - most), 0));
}

/**
 * The probabilities of scores, in 64 bits.
 * @param {Float32Array} scores
 */
export function probabilitiesOf(scores) {
  const most = scores.reduce((best, score) => Math.max(best, score), -Infinity);
  const weights = Float64Array.from(scores, (score) => Math.exp(score - most));
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / whole);
}
