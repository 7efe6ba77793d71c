// A model as a page carries it: `lablib/pages/weights.py` writes what is read here.

/**
 * @typedef {object} Packed
 * @property {any} config      the model's configuration (config.json)
 * @property {any} tokenizer   its tokenizer (tokenizer.json)
 * @property {[string, number[]][]} tensors the names and shapes of the weights
 * @property {string} values   the numbers of all weights, 16-bit floats: compressed, and written in letters
 * @property {number} size     how many bytes they are when compressed
 */

/** @typedef {Record<string, Float32Array>} Weights tensors by name, row by row */

/**
 * The weights of a model as 32-bit numbers, all views of one buffer.
 * @param {Packed} model
 * @returns {Promise<Weights>}
 */
export async function unpack({ tensors, values, size }) {
  const packed = new Blob([bytes(values).subarray(0, size)]).stream();
  const halves = await new Response(packed.pipeThrough(new DecompressionStream("deflate"))).arrayBuffer();
  const numbers = widened(new Uint8Array(halves));
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

/**
 * The bytes of a text whose letters stand for 15 bits each.
 * @param {string} text
 */
function bytes(text) {
  const result = new Uint8Array(Math.floor((text.length * 15) / 8));
  let [held, count, at] = [0, 0, 0]; // bits that no byte has yet
  for (let i = 0; i < text.length; i++) {
    held = (held << 15) | (text.charCodeAt(i) - FIRST);
    for (count += 15; count >= 8; ) {
      count -= 8;
      result[at++] = held >> count;
    }
    held &= (1 << count) - 1;
  }
  return result;
}

/** The letter that stands for 0. */
const FIRST = 0x3000;

/**
 * The 32-bit numbers that 16-bit floats stand for: each of the 65,536 there are is computed once.
 * @param {Uint8Array} halves   the lower bytes of all, then the higher ones
 */
export function widened(halves) {
  const table = Float32Array.from({ length: 65536 }, (_, bits) => fromHalf(bits));
  const result = new Float32Array(halves.length / 2);
  for (let i = 0; i < result.length; i++) result[i] = table[halves[i] | (halves[result.length + i] << 8)];
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
