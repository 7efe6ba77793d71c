// GPT-2 (Radford et al. 2019), as `transformers` computes it: norms before each part, one output
// matrix with the token vectors, and a token sees those before it and itself.

import { ACTIVATIONS, attend, linear, rowsOf, sum, transposed } from "./layers_math.js";
import { Reading } from "./reading.js";

/** A reading that can be read on: the keys and values of what was read are kept. */
class GrowingReading extends Reading {
  /**
   * @param {import("./reading.js").Shape} shape
   * @param {import("./reading.js").Head[]} muted
   * @param {import("./reading.js").LeftOut} leftOut
   */
  constructor(shape, muted, leftOut) {
    super(shape, muted, leftOut);
    const cache = () => Array.from({ length: shape.layers }, () => new Float32Array(shape.context * shape.width));
    this.keys = cache();
    this.values = cache();
  }
}

export class Gpt2 {
  /**
   * @param {any} config   config.json of a `GPT2LMHeadModel`
   * @param {import("./packed.js").Weights} weights
   */
  constructor(config, weights) {
    // Each family's configuration has names of its own for the same numbers.
    /** @type {import("./reading.js").Shape} */
    this.shape = {
      layers: config.n_layer,
      heads: config.n_head,
      width: config.n_embd,
      context: config.n_positions,
      entries: config.vocab_size,
    };
    /** Whether no token sees what comes after it. */
    this.causal = true;
    /** The token that ends a text. */
    this.end = config.eos_token_id;
    /** How many tokens are read in one go. */
    this.stride = 16;
    this._activation = ACTIVATIONS[config.activation_function];
    this._tokens = weights["transformer.wte.weight"];
    this._places = weights["transformer.wpe.weight"];
    this._layers = Array.from({ length: config.n_layer }, (_, i) => layerOf(config, weights, `transformer.h.${i}`));
    this._lastNorm = normOf(config, weights, "transformer.ln_f");
    this._output = { rows: this._tokens, bias: new Float32Array(config.vocab_size) };
  }

  /**
   * A reading of nothing yet.
   * @param {import("./reading.js").Head[]} muted
   * @param {import("./reading.js").LeftOut} leftOut
   */
  start(muted = [], leftOut = undefined) {
    return new GrowingReading(this.shape, muted, leftOut);
  }

  /**
   * A reading of the same tokens that can be read on in another way.
   * @param {GrowingReading} reading
   */
  copy(reading) {
    const other = this.start();
    other.length = reading.length;
    const { width } = this.shape;
    for (const part of /** @type {("keys" | "values")[]} */ (["keys", "values"]))
      reading[part].forEach((kept, i) => other[part][i].set(kept.subarray(0, reading.length * width)));
    return other;
  }

  /**
   * Reads more tokens.
   * @param {GrowingReading} reading   what was read before, to which these are added
   * @param {number[]} ids
   */
  read(reading, ids) {
    reading.requireRoom(ids.length);
    /** @type {Float32Array} */
    let x = this._embedded(reading, ids);
    reading.keep(0, x);
    this._layers.forEach((_, i) => {
      if (!reading.withoutBlocks.has(i)) x = this._block(reading, i, x);
      reading.keep(i + 1, x);
    });
    reading.length += ids.length;
  }

  /**
   * What one block makes of the stream.
   * @param {GrowingReading} reading
   * @param {number} i
   * @param {Float32Array} x
   */
  _block(reading, i, x) {
    const layer = this._layers[i];
    const first = reading.normed(x, layer.norm1);
    reading.saw("first norm", i, first);
    const between = reading.added(x, "attention", i, () => this._attended(reading, i, first));
    reading.saw("after attention", i, between);
    const second = reading.normed(between, layer.norm2);
    reading.saw("second norm", i, second);
    return reading.added(between, "feed-forward", i, () => {
      const units = linear(second, layer.widen).map(this._activation);
      reading.saw("units", i, units);
      return linear(units, layer.narrow);
    });
  }

  /**
   * The vectors of new tokens: each token's own and its place's.
   * @param {GrowingReading} reading
   * @param {number[]} ids
   */
  _embedded(reading, ids) {
    const { width } = this.shape;
    const tokens = rowsOf(this._tokens, ids, width);
    const places = this._places.subarray(reading.length * width, (reading.length + ids.length) * width);
    reading.saw("tokens", 0, tokens);
    reading.saw("positions", 0, places);
    return reading.withoutParts.has("positions") ? tokens : sum(tokens, places);
  }

  /**
   * The attention part of one layer.
   * @param {GrowingReading} reading
   * @param {number} i
   * @param {Float32Array} x
   */
  _attended(reading, i, x) {
    const { heads, width } = this.shape;
    const layer = this._layers[i];
    reading.keys[i].set(linear(x, layer.key), reading.length * width);
    reading.values[i].set(linear(x, layer.value), reading.length * width);
    const output = attend(linear(x, layer.query), reading.keys[i], reading.values[i], {
      heads,
      width,
      seen: reading.length + 1,
      causal: true,
      muted: reading.muted[i],
      weights: (head, query) => reading.row(i, head, reading.length + query),
    });
    return linear(output, layer.output);
  }

  /**
   * The scores of the next token at a place, as they would be if the model ended after so many layers
   * (the logit lens, nostalgebraist 2020); after all of them, they are the model's own.
   * @param {Reading} reading
   * @param {number} place
   * @param {number} layer
   * @returns {Float32Array} [entries]
   */
  scores(reading, place, layer = this.shape.layers) {
    return linear(this.lastNormed(reading, reading.vector(layer, place)), this._output);
  }

  /**
   * Vectors after the norm before the scores.
   * @param {Reading} reading
   * @param {Float32Array} x
   */
  lastNormed(reading, x) {
    return reading.normed(x, this._lastNorm);
  }

  /**
   * What the attention of one layer is given, and the queries, keys and values it makes of it.
   * @param {Reading} reading
   * @param {number} layer
   */
  vectors(reading, layer) {
    const { norm1, query, key, value } = this._layers[layer];
    const inputs = reading.normed(reading.vectors(layer), norm1);
    return { inputs, query: linear(inputs, query), key: linear(inputs, key), value: linear(inputs, value) };
  }

  /**
   * A token's row of the output matrix without what all rows have in common: the stream times it is how
   * far the token's score is above the mean of all.
   * @param {number} token
   */
  rowAboveMean(token) {
    const { width, entries } = this.shape;
    const mean = new Float64Array(width);
    for (let i = 0; i < this._tokens.length; i++) mean[i % width] += this._tokens[i] / entries;
    return mean.map((value, i) => this._tokens[token * width + i] - value);
  }

  /**
   * A part of a vector after the last norm, with the spread that the whole has: so the norm is linear.
   * @param {Float32Array} part
   * @param {Float32Array} whole
   */
  shareOfNormed(part, whole) {
    const mean = (/** @type {Float32Array} */ x) => x.reduce((total, value) => total + value, 0) / x.length;
    const [center, own] = [mean(whole), mean(part)];
    const spread = Math.sqrt(whole.reduce((total, value) => total + (value - center) ** 2, 0) / whole.length);
    return part.map((value, i) => ((value - own) / spread) * this._lastNorm.weight[i]);
  }

  /** What the last norm adds whatever it is given. */
  get normConstant() {
    return this._lastNorm.bias;
  }

  /**
   * What a unit of a feed-forward network adds to the stream where it is at 1.
   * @param {number} layer
   * @param {number} unit
   */
  unitVector(layer, unit) {
    const { rows, bias } = this._layers[layer].narrow;
    const units = rows.length / bias.length;
    return Float32Array.from(bias, (_, i) => rows[i * units + unit]);
  }

  /**
   * The score of each token if the normed stream were this.
   * @param {Float32Array} x
   */
  scoresOf(x) {
    return linear(x, this._output);
  }

  /**
   * A token's row of the embedding matrix.
   * @param {number} id
   */
  tokenVector(id) {
    return this._tokens.subarray(id * this.shape.width, (id + 1) * this.shape.width);
  }

  /**
   * The matrix with which a layer makes its queries, keys or values, of all heads.
   * @param {number} layer
   * @param {"query" | "key" | "value"} which
   */
  projection(layer, which) {
    return this._layers[layer][which];
  }
}

/**
 * @param {any} config
 * @param {import("./packed.js").Weights} weights
 * @param {string} name
 */
function normOf(config, weights, name) {
  return { weight: weights[`${name}.weight`], bias: weights[`${name}.bias`], epsilon: config.layer_norm_epsilon };
}

/**
 * One layer. Its matrices stand with inputs as rows in the file (`Conv1D`), and query, key and value
 * in one.
 * @param {any} config
 * @param {import("./packed.js").Weights} weights
 * @param {string} name
 */
function layerOf(config, weights, name) {
  /** @param {string} part */
  const matrix = (part) => {
    const bias = weights[`${name}.${part}.bias`];
    const columns = weights[`${name}.${part}.weight`];
    return { rows: transposed(columns, columns.length / bias.length), bias };
  };
  const width = config.n_embd;
  const all = matrix("attn.c_attn");
  const [query, key, value] = [0, 1, 2].map((i) => ({
    rows: all.rows.subarray(i * width * width, (i + 1) * width * width),
    bias: all.bias.subarray(i * width, (i + 1) * width),
  }));
  return {
    norm1: normOf(config, weights, `${name}.ln_1`),
    norm2: normOf(config, weights, `${name}.ln_2`),
    query,
    key,
    value,
    output: matrix("attn.c_proj"),
    widen: matrix("mlp.c_fc"),
    narrow: matrix("mlp.c_proj"),
  };
}
