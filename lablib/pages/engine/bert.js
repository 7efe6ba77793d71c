// BERT (Devlin et al. 2019) with its masked-word head, as `transformers` computes it: norms after
// each part, and a token sees all others.

import { ACTIVATIONS, attend, layerNorm, linear, rowsOf, sum } from "./layers_math.js";
import { Reading } from "./reading.js";

export class Bert {
  /**
   * @param {any} config   config.json of a `BertForMaskedLM` or `BertForPreTraining`
   * @param {import("./packed.js").Weights} weights
   */
  constructor(config, weights) {
    // Each family's configuration has names of its own for the same numbers.
    /** @type {import("./reading.js").Shape} */
    this.shape = {
      layers: config.num_hidden_layers,
      heads: config.num_attention_heads,
      width: config.hidden_size,
      context: config.max_position_embeddings,
      entries: config.vocab_size,
    };
    /** Whether no token sees what comes after it. */
    this.causal = false;
    /** How many tokens are read in one go: all. */
    this.stride = config.max_position_embeddings;
    this._activation = ACTIVATIONS[config.hidden_act];
    this._tokens = weights["bert.embeddings.word_embeddings.weight"];
    this._places = weights["bert.embeddings.position_embeddings.weight"];
    this._kind = weights["bert.embeddings.token_type_embeddings.weight"];
    this._firstNorm = normOf(config, weights, "bert.embeddings.LayerNorm");
    this._layers = Array.from({ length: config.num_hidden_layers }, (_, i) =>
      layerOf(config, weights, `bert.encoder.layer.${i}`),
    );
    this._transform = matrixOf(weights, "cls.predictions.transform.dense");
    this._lastNorm = normOf(config, weights, "cls.predictions.transform.LayerNorm");
    this._output = { rows: this._tokens, bias: weights["cls.predictions.bias"] };
  }

  /**
   * A reading of nothing yet.
   * @param {import("./reading.js").Head[]} muted
   * @param {import("./reading.js").LeftOut} leftOut
   */
  start(muted = [], leftOut = undefined) {
    return new Reading(this.shape, muted, leftOut);
  }

  /**
   * Reads a text, once and as a whole: each token sees all others.
   * @param {Reading} reading   one of nothing yet
   * @param {number[]} ids   with [CLS] before and [SEP] after the text's own
   */
  read(reading, ids) {
    if (reading.length > 0) throw new Error("This model reads a text as a whole: begin a new reading.");
    reading.requireRoom(ids.length);
    /** @type {Float32Array} */
    let x = layerNorm(this._embedded(reading, ids), this._firstNorm);
    reading.keep(0, x);
    this._layers.forEach((_, i) => {
      if (!reading.withoutBlocks.has(i)) x = this._block(reading, i, x, ids.length);
      reading.keep(i + 1, x);
    });
    reading.length = ids.length;
  }

  /**
   * What one block makes of the stream.
   * @param {Reading} reading
   * @param {number} i
   * @param {Float32Array} x
   * @param {number} count
   */
  _block(reading, i, x, count) {
    const layer = this._layers[i];
    const between = reading.normed(reading.added(x, "attention", i, () => this._attended(reading, i, x, count)), layer.norm1);
    for (const name of ["first norm", "after attention"]) reading.saw(name, i, between);
    const added = reading.added(between, "feed-forward", i, () => {
      const units = linear(between, layer.widen).map(this._activation);
      reading.saw("units", i, units);
      return linear(units, layer.narrow);
    });
    const normed = reading.normed(added, layer.norm2);
    reading.saw("second norm", i, normed);
    return normed;
  }

  /**
   * The vectors of the tokens: each token's own, its place's, and that of the first text.
   * @param {Reading} reading
   * @param {number[]} ids
   */
  _embedded(reading, ids) {
    const { width } = this.shape;
    const places = this._places.subarray(0, ids.length * width);
    const tokens = rowsOf(this._tokens, ids, width);
    reading.saw("tokens", 0, tokens);
    reading.saw("positions", 0, places);
    const x = reading.withoutParts.has("positions") ? tokens : sum(tokens, places);
    return x.map((value, i) => value + this._kind[i % width]);
  }

  /**
   * The attention part of one layer.
   * @param {Reading} reading
   * @param {number} i
   * @param {Float32Array} x
   * @param {number} count
   */
  _attended(reading, i, x, count) {
    const { heads, width } = this.shape;
    const layer = this._layers[i];
    const output = attend(linear(x, layer.query), linear(x, layer.key), linear(x, layer.value), {
      heads,
      width,
      seen: count,
      causal: false,
      muted: reading.muted[i],
      weights: (head, query) => reading.row(i, head, query),
    });
    return linear(output, layer.output);
  }

  /**
   * The scores of each token for what stands at a place, as they would be if the model ended after so
   * many layers; after all of them, they are the model's own.
   * @param {Reading} reading
   * @param {number} place
   * @param {number} layer
   * @returns {Float32Array} [entries]
   */
  scores(reading, place, layer = this.shape.layers) {
    const x = linear(reading.vector(layer, place), this._transform).map(this._activation);
    return linear(layerNorm(x, this._lastNorm), this._output);
  }

  /**
   * What the attention of one layer is given, and the queries, keys and values it makes of it.
   * @param {Reading} reading
   * @param {number} layer
   */
  vectors(reading, layer) {
    const { query, key, value } = this._layers[layer];
    const inputs = reading.vectors(layer);
    return { inputs, query: linear(inputs, query), key: linear(inputs, key), value: linear(inputs, value) };
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
  return { weight: weights[`${name}.weight`], bias: weights[`${name}.bias`], epsilon: config.layer_norm_eps };
}

/**
 * @param {import("./packed.js").Weights} weights
 * @param {string} name
 */
function matrixOf(weights, name) {
  return { rows: weights[`${name}.weight`], bias: weights[`${name}.bias`] };
}

/**
 * @param {any} config
 * @param {import("./packed.js").Weights} weights
 * @param {string} name
 */
function layerOf(config, weights, name) {
  return {
    query: matrixOf(weights, `${name}.attention.self.query`),
    key: matrixOf(weights, `${name}.attention.self.key`),
    value: matrixOf(weights, `${name}.attention.self.value`),
    output: matrixOf(weights, `${name}.attention.output.dense`),
    norm1: normOf(config, weights, `${name}.attention.output.LayerNorm`),
    widen: matrixOf(weights, `${name}.intermediate.dense`),
    narrow: matrixOf(weights, `${name}.output.dense`),
    norm2: normOf(config, weights, `${name}.output.LayerNorm`),
  };
}
