// A model as a page carries it: `lablib/pages/weights.py` writes what is read here.

/**
 * @typedef {object} Packed
 * @property {any} config      the model's configuration (config.json)
 * @property {any} tokenizer   its tokenizer (tokenizer.json)
 * @property {[string, number[]][]} tensors the names and shapes of the weights
 * @property {string} values   the numbers of all weights, 16-bit floats in base64
 */

/** @typedef {Record<string, Float32Array>} Weights tensors by name, row by row */

/**
 * The weights of a model as 32-bit numbers, all views of one buffer.
 * @param {Packed} model
 * @returns {Weights}
 */
export function unpack({ tensors, values }) {
  const numbers = widened(bytes(values));
  /** @type {Weights} */
  const weights = {};
  let end = 0;
  for (const [name, shape] of tensors) {
    const start = end;
    end += shape.reduce((product, size) => product * size, 1);
    weights[name] = numbers.subarray(start, end);
  }
  return weights;
}

/** @param {string} base64 */
function bytes(base64) {
  const text = atob(base64);
  const result = new Uint8Array(text.length);
  for (let i = 0; i < result.length; i++) result[i] = text.charCodeAt(i);
  return result;
}

/**
 * The 32-bit numbers that 16-bit floats (little end first) stand for: each of the 65,536 there are
 * is computed once.
 * @param {Uint8Array} halves
 */
export function widened(halves) {
  const table = Float32Array.from({ length: 65536 }, (_, bits) => fromHalf(bits));
  const result = new Float32Array(halves.length / 2);
  for (let i = 0; i < result.length; i++) result[i] = table[halves[2 * i] | (halves[2 * i + 1] << 8)];
  return result;
}

/**
 * The number whose IEEE 754 half-precision form has these 16 bits: sign, 5 of exponent, 10 of fraction.
 * @param {number} bits
 */
function fromHalf(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = (bits & 0x3ff) / 1024;
  if (exponent === 0) return sign * fraction * 2 ** -14;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction) * 2 ** (exponent - 15);
}
