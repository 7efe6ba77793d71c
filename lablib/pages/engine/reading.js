// What a model keeps of a text that it reads.

import { layerNorm, sum } from "./layers_math.js";

/**
 * @typedef {object} Shape
 * @property {number} layers
 * @property {number} heads
 * @property {number} width     numbers in a token's vector
 * @property {number} context   the most tokens that can be read
 * @property {number} entries   tokens in the vocabulary
 */

/** @typedef {[layer: number, head: number]} Head */

/** @typedef {"positions" | "attention" | "residual" | "norm" | "feed-forward"} Part */

/**
 * What is left out of a model (`lablib.transformer.compute.ablation`): parts in every block, and blocks.
 * @typedef {{ parts: Part[], blocks: number[] }} LeftOut
 */

/** A text as far as it has been read: what every head looked at, and the vectors after each layer. */
export class Reading {
  /**
   * @param {Shape} shape
   * @param {Head[]} muted   heads whose output is set to zero
   * @param {LeftOut} leftOut
   */
  constructor(shape, muted = [], { parts, blocks } = { parts: [], blocks: [] }) {
    const { layers, heads, width, context } = shape;
    for (const [layer, head] of muted)
      if (!(layer >= 0 && layer < layers && head >= 0 && head < heads))
        throw new RangeError(
          `This model has layers 0 to ${layers - 1} with heads 0 to ${heads - 1}; (${layer}, ${head}) is not one of them.`,
        );
    this.shape = shape;
    /** How many tokens were read. */
    this.length = 0;
    this.muted = Array.from({ length: layers }, (_, i) => new Set(muted.filter(([layer]) => layer === i).map(([, head]) => head)));
    /** @type {ReadonlySet<Part>} */
    this.withoutParts = new Set(parts);
    this.withoutBlocks = new Set(blocks);
    /** @type {(part: string, layer: number, values: Float32Array) => void} is told what each part gives for new tokens */
    this.saw = () => {};
    this._attention = new Float32Array(layers * heads * context * context);
    this._hidden = Array.from({ length: layers + 1 }, () => new Float32Array(context * width));
  }

  /**
   * What a head looks at from one place: a row with room for the whole context.
   * @param {number} layer
   * @param {number} head
   * @param {number} query
   */
  row(layer, head, query) {
    const { heads, context } = this.shape;
    const start = ((layer * heads + head) * context + query) * context;
    return this._attention.subarray(start, start + context);
  }

  /**
   * What all heads look at from all places that were read.
   * @returns {Float32Array} [layers, heads, query, key]
   */
  maps() {
    const { layers, heads } = this.shape;
    const result = new Float32Array(layers * heads * this.length ** 2);
    let at = 0;
    for (let layer = 0; layer < layers; layer++)
      for (let head = 0; head < heads; head++)
        for (let query = 0; query < this.length; query++, at += this.length)
          result.set(this.row(layer, head, query).subarray(0, this.length), at);
    return result;
  }

  /**
   * The vectors of the tokens read so far, after so many layers: 0 is before the first.
   * @param {number} layer
   * @returns {Float32Array} [length, width]
   */
  vectors(layer) {
    return this._hidden[layer].subarray(0, this.length * this.shape.width);
  }

  /**
   * @param {number} layer
   * @param {number} place   a token's, counted from 0
   * @returns {Float32Array} [width]
   */
  vector(layer, place) {
    const { width } = this.shape;
    return this._hidden[layer].subarray(place * width, (place + 1) * width);
  }

  /**
   * What a norm gives, or what it is given if norms are left out.
   * @param {Float32Array} x
   * @param {import("./layers_math.js").Norm} norm
   */
  normed(x, norm) {
    return this.withoutParts.has("norm") ? x : layerNorm(x, norm);
  }

  /**
   * The stream with what a part adds to it; nothing of a part that is left out, and no stream without
   * the residual connection.
   * @param {Float32Array} stream
   * @param {"attention" | "feed-forward"} part
   * @param {number} layer
   * @param {() => Float32Array} compute   what the part gives
   */
  added(stream, part, layer, compute) {
    const given = this.withoutParts.has(part) ? new Float32Array(stream.length) : compute();
    this.saw(part, layer, given);
    return this.withoutParts.has("residual") ? given : sum(stream, given);
  }

  /**
   * Keeps the vectors of new tokens after a layer.
   * @param {number} layer
   * @param {Float32Array} x   [count, width]
   */
  keep(layer, x) {
    this._hidden[layer].set(x, this.length * this.shape.width);
  }

  /**
   * Refuses more tokens than there is room for.
   * @param {number} count
   */
  requireRoom(count) {
    const { context } = this.shape;
    if (this.length + count > context)
      throw new RangeError(
        `This model reads ${context} tokens, and these are ${this.length + count}. Shorten the text.`,
      );
  }
}
