// T5 (Raffel et al. 2020), as `transformers` computes it: an encoder reads the source from both sides, a
// decoder writes and looks at it. No places are added to the vectors: each head scores distances instead.

import { attend, linear, rmsNorm, rowsOf, sum } from "./layers_math.js";

/** The longest source that is read. */
const MOST_READ = 512;

/** @typedef {{ length: number, states: Float32Array, maps: Float32Array }} Source   `maps` is [layers, heads, length, length] */

export class T5 {
  /**
   * @param {any} config   config.json of a `T5ForConditionalGeneration`
   * @param {import("./packed.js").Weights} weights
   */
  constructor(config, weights) {
    this.shape = {
      layers: config.num_layers,
      decoderLayers: config.num_decoder_layers,
      heads: config.num_heads,
      width: config.d_model,
      inner: config.num_heads * config.d_kv,
      context: MOST_READ,
      entries: config.vocab_size,
    };
    /** The token that ends a text, and the one that a target begins with. */
    this.end = config.eos_token_id;
    this.begin = config.decoder_start_token_id;
    this._tokens = weights["shared.weight"];
    this._encoder = stackOf(config, weights, "encoder", config.num_layers);
    this.decoder = stackOf(config, weights, "decoder", config.num_decoder_layers);
    this._output = { rows: this._tokens, bias: new Float32Array(config.vocab_size) };
    this._scale = config.scale_decoder_outputs ? config.d_model ** -0.5 : 1;
  }

  /**
   * What the encoder makes of a source; null between two layers.
   * @param {number[]} ids
   * @returns {Generator<null, Source>}
   */
  *source(ids) {
    const { heads } = this.shape;
    const length = ids.length;
    const maps = new Float32Array(this.shape.layers * heads * length ** 2);
    const row = (/** @type {number} */ map, /** @type {number} */ query) => (map * length + query) * length;
    let x = this.vectors(ids);
    for (const [i, layer] of this._encoder.layers.entries()) {
      const normed = rmsNorm(x, layer.norm1);
      const attended = this.attended(layer.own, normed, linear(normed, layer.own.key), linear(normed, layer.own.value), {
        seen: length,
        bias: (head, query, key) => this._encoder.bias(head, key - query),
        weights: (head, query) => maps.subarray(row(i * heads + head, query), row(i * heads + head, query + 1)),
      });
      x = feedForward(sum(x, attended), layer);
      yield null;
    }
    return { length, states: rmsNorm(x, this._encoder.norm), maps };
  }

  /**
   * The decoder over a source: a model that writes.
   * @param {Source} source
   * @param {number} most   so many tokens, the one that begins the target included
   * @param {import("./reading.js").Head[]} muted   heads that see nothing of the source
   */
  writer(source, most, muted = []) {
    return new Writer(this, source, most, muted);
  }

  /** @param {number[]} ids */
  vectors(ids) {
    return rowsOf(this._tokens, ids, this.shape.width);
  }

  /**
   * One attention: its queries are made here, its keys and values are given.
   * @param {Attention} part
   * @param {Float32Array} x
   * @param {Float32Array} keys
   * @param {Float32Array} values
   * @param {Pick<import("./layers_math.js").Heads, "seen" | "weights"> & Partial<import("./layers_math.js").Heads>} how
   */
  attended(part, x, keys, values, how) {
    const { heads, inner } = this.shape;
    const whole = { heads, width: inner, scale: 1, causal: false, muted: NONE, ...how };
    return linear(attend(linear(x, part.query), keys, values, whole), part.output);
  }

  /**
   * The scores of the next token, from a vector of the decoder.
   * @param {Float32Array} x
   */
  scoresOf(x) {
    return linear(rmsNorm(x, this.decoder.norm).map((value) => value * this._scale), this._output);
  }
}

/** @type {ReadonlySet<number>} */
const NONE = new Set();

/** What a decoder has read of its target, and what each head looked at from there. */
class Target {
  /**
   * @param {T5["shape"]} shape
   * @param {number} most     tokens that the target may have
   * @param {number} source   tokens that the source has
   */
  constructor({ decoderLayers: layers, heads, width, inner }, most, source) {
    const cache = () => Array.from({ length: layers }, () => new Float32Array(most * inner));
    this.length = 0;
    this.keys = cache();
    this.values = cache();
    this._most = most;
    this._heads = heads;
    this._vectors = new Float32Array(most * width);
    this._width = width;
    this._own = new Float32Array(layers * heads * most * most);
    this._cross = new Float32Array(layers * heads * most * source);
    this._source = source;
  }

  /**
   * Refuses more tokens than there is room for.
   * @param {number} count
   */
  requireRoom(count) {
    if (this.length + count > this._most) throw new RangeError(`There is room for ${this._most} tokens here. Shorten the text.`);
  }

  /**
   * @param {"own" | "cross"} which
   * @param {number} layer
   * @param {number} head
   * @param {number} query
   */
  row(which, layer, head, query) {
    const [all, size] = which === "own" ? [this._own, this._most] : [this._cross, this._source];
    const start = ((layer * this._heads + head) * this._most + query) * size;
    return all.subarray(start, start + size);
  }

  /**
   * What all heads look at from all tokens of the target.
   * @param {"own" | "cross"} which   at the target itself, or at the source
   * @returns {Float32Array} [layers, heads, length, length or source]
   */
  maps(which) {
    const size = which === "own" ? this.length : this._source;
    const maps = this.keys.length * this._heads;
    const result = new Float32Array(maps * this.length * size);
    for (let map = 0; map < maps; map++)
      for (let query = 0; query < this.length; query++)
        result.set(this.row(which, 0, map, query).subarray(0, size), (map * this.length + query) * size);
    return result;
  }

  /** @param {Float32Array} x   of the newest tokens, after all layers */
  keep(x) {
    this._vectors.set(x, this.length * this._width);
    this.length += x.length / this._width;
  }

  /** @param {number} place */
  vector(place) {
    return this._vectors.subarray(place * this._width, (place + 1) * this._width);
  }

  /** @param {Target} other   of the same source, from which all is taken over that reading on needs */
  follow(other) {
    this.length = other.length;
    other.keys.forEach((keys, i) => this.keys[i].set(keys));
    other.values.forEach((values, i) => this.values[i].set(values));
  }
}

/** A decoder that looks at one source, as a search needs a model (`beams.js`). */
export class Writer {
  /**
   * @param {T5} model
   * @param {Source} source
   * @param {number} most
   * @param {import("./reading.js").Head[]} muted
   */
  constructor(model, source, most, muted) {
    this._model = model;
    this._source = source;
    this._most = most;
    this._muted = model.decoder.layers.map((_, i) => new Set(muted.filter(([layer]) => layer === i).map(([, head]) => head)));
    this._cross = model.decoder.layers.map(({ cross }) => ({
      keys: linear(source.states, cross.key),
      values: linear(source.states, cross.value),
    }));
    this.end = model.end;
    /** How many tokens are read in one go. */
    this.stride = 16;
  }

  start() {
    return new Target(this._model.shape, this._most, this._source.length);
  }

  /** @param {Target} target */
  copy(target) {
    const other = this.start();
    other.follow(target);
    return other;
  }

  /**
   * Reads more tokens of the target.
   * @param {Target} target
   * @param {number[]} ids
   */
  read(target, ids) {
    target.requireRoom(ids.length);
    let x = this._model.vectors(ids);
    this._model.decoder.layers.forEach((layer, i) => {
      x = sum(x, this._own(target, i, rmsNorm(x, layer.norm1)));
      x = sum(x, this._looked(target, i, rmsNorm(x, layer.norm3)));
      x = feedForward(x, layer);
    });
    target.keep(x);
  }

  /**
   * What the tokens take from those before them.
   * @param {Target} target
   * @param {number} i
   * @param {Float32Array} x
   */
  _own(target, i, x) {
    const { decoder, shape } = this._model;
    const { own } = decoder.layers[i];
    target.keys[i].set(linear(x, own.key), target.length * shape.inner);
    target.values[i].set(linear(x, own.value), target.length * shape.inner);
    return this._model.attended(own, x, target.keys[i], target.values[i], {
      seen: target.length + 1,
      causal: true,
      bias: (head, query, key) => decoder.bias(head, key - query - target.length),
      weights: (head, query) => target.row("own", i, head, target.length + query),
    });
  }

  /**
   * What the tokens take from the source.
   * @param {Target} target
   * @param {number} i
   * @param {Float32Array} x
   */
  _looked(target, i, x) {
    const { keys, values } = this._cross[i];
    return this._model.attended(this._model.decoder.layers[i].cross, x, keys, values, {
      seen: this._source.length,
      muted: this._muted[i],
      weights: (head, query) => target.row("cross", i, head, target.length + query),
    });
  }

  /**
   * The scores of the token after a place.
   * @param {Target} target
   * @param {number} place
   */
  scores(target, place) {
    return this._model.scoresOf(target.vector(place));
  }
}

/** @typedef {Record<"query" | "key" | "value" | "output", import("./layers_math.js").Linear>} Attention */

/**
 * The stream after a layer's feed-forward network.
 * @param {Float32Array} x
 * @param {any} layer
 */
function feedForward(x, { norm2, widen, narrow }) {
  const units = linear(rmsNorm(x, norm2), widen).map((value) => Math.max(0, value));
  return sum(x, linear(units, narrow));
}

/**
 * The layers of an encoder or a decoder, with the scores that its heads give to distances.
 * @param {any} config
 * @param {import("./packed.js").Weights} weights
 * @param {"encoder" | "decoder"} name
 * @param {number} count
 */
function stackOf(config, weights, name, count) {
  const { num_heads: heads, relative_attention_num_buckets: buckets, relative_attention_max_distance: most } = config;
  const scores = weights[`${name}.block.0.layer.0.SelfAttention.relative_attention_bias.weight`];
  const both = name === "encoder";
  return {
    layers: Array.from({ length: count }, (_, i) => layerOf(config, weights, `${name}.block.${i}.layer`, both)),
    norm: normOf(config, weights, `${name}.final_layer_norm`),
    bias: (/** @type {number} */ head, /** @type {number} */ distance) => scores[bucketOf(distance, both, buckets, most) * heads + head],
  };
}

/**
 * One layer: attention to itself, in a decoder attention to the source, and a feed-forward network.
 * @param {any} config
 * @param {import("./packed.js").Weights} weights
 * @param {string} name
 * @param {boolean} both   whether it is an encoder's
 */
function layerOf(config, weights, name, both) {
  const { d_model: width, d_ff: units, num_heads: heads, d_kv: size } = config;
  const last = both ? 1 : 2;
  const matrix = (/** @type {string} */ part, /** @type {number} */ outputs) => ({
    rows: weights[`${name}.${part}.weight`],
    bias: new Float32Array(outputs),
  });
  const attention = (/** @type {string} */ part) => ({
    query: matrix(`${part}.q`, heads * size),
    key: matrix(`${part}.k`, heads * size),
    value: matrix(`${part}.v`, heads * size),
    output: matrix(`${part}.o`, width),
  });
  return {
    norm1: normOf(config, weights, `${name}.0.layer_norm`),
    own: attention("0.SelfAttention"),
    norm3: both ? null : normOf(config, weights, `${name}.1.layer_norm`),
    cross: both ? null : attention("1.EncDecAttention"),
    norm2: normOf(config, weights, `${name}.${last}.layer_norm`),
    widen: matrix(`${last}.DenseReluDense.wi`, units),
    narrow: matrix(`${last}.DenseReluDense.wo`, width),
  };
}

/**
 * @param {any} config
 * @param {import("./packed.js").Weights} weights
 * @param {string} name
 */
function normOf(config, weights, name) {
  return { weight: weights[`${name}.weight`], epsilon: config.layer_norm_epsilon };
}

/**
 * Which of the classes of distances one is in: near ones have their own, far ones share (in 32 bits, as the
 * library rounds).
 * @param {number} distance   how far behind the query the key is
 * @param {boolean} both      whether a key may be behind it; else all such are one class
 * @param {number} buckets
 * @param {number} most       from this distance on all are one class
 */
export function bucketOf(distance, both, buckets, most) {
  const count = both ? buckets / 2 : buckets;
  const first = both && distance > 0 ? count : 0;
  const away = both ? Math.abs(distance) : Math.max(0, -distance);
  const exact = count / 2;
  if (away < exact) return first + away;
  const { fround, log } = Math;
  const share = fround(fround(fround(log(fround(away / exact))) / fround(log(most / exact))) * (count - exact));
  return first + Math.min(count - 1, exact + Math.trunc(share));
}
