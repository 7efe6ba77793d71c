// GPT-2 (Radford et al. 2019), as `transformers` computes it: norms before each part, one output
// matrix with the token vectors, and a token sees those before it and itself.

import { ACTIVATIONS, attend, layerNorm, linear, sum, transposed } from "./layers_math.js";
import { Reading } from "./reading.js";

/** A reading that can be read on: the keys and values of what was read are kept. */
class GrowingReading extends Reading {
  /**
   * @param {import("./reading.js").Shape} shape
   * @param {import("./reading.js").Head[]} muted
   */
  constructor(shape, muted) {
    super(shape, muted);
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
   */
  start(muted = []) {
    return new GrowingReading(this.shape, muted);
  }

  /**
   * Reads more tokens.
   * @param {GrowingReading} reading   what was read before, to which these are added
   * @param {number[]} ids
   */
  read(reading, ids) {
    reading.requireRoom(ids.length);
    let x = this._embedded(ids, reading.length);
    reading.keep(0, x);
    this._layers.forEach((layer, i) => {
      x = sum(x, this._attended(reading, i, layerNorm(x, layer.norm1)));
      const inner = linear(layerNorm(x, layer.norm2), layer.widen).map(this._activation);
      x = sum(x, linear(inner, layer.narrow));
      reading.keep(i + 1, x);
    });
    reading.length += ids.length;
  }

  /**
   * @param {number[]} ids
   * @param {number} start   the place of the first
   */
  _embedded(ids, start) {
    const { width } = this.shape;
    const x = new Float32Array(ids.length * width);
    ids.forEach((id, i) => {
      for (let j = 0; j < width; j++)
        x[i * width + j] = this._tokens[id * width + j] + this._places[(start + i) * width + j];
    });
    return x;
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
    return linear(layerNorm(reading.vector(layer, place), this._lastNorm), this._output);
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
