// One number per head: what kind of head it is, as `lablib.attention.head_metrics` computes it. Every
// metric is a mean over the tokens that look (queries); not-a-number where a text says nothing about it.

/**
 * @typedef {object} Head   one head's attention in one text
 * @property {(query: number, key: number) => number} weight
 * @property {ArrayLike<number>} ids   of the tokens, [tokens]
 * @property {ArrayLike<boolean>} special
 * @property {boolean} causal          whether no token sees what comes after it
 */

/** @type {Record<string, (head: Head) => number>} */
const METRICS = {
  entropy: (head) => mean(queries(head), (q) => total(head, (k) => entr(head.weight(q, k))) / Math.LN2),
  previous_token: (head) => mean(queries(head).slice(1), (q) => head.weight(q, q - 1)),
  next_token: (head) => mean(queries(head).slice(1), (q) => head.weight(q - 1, q)),
  first_token: (head) => paid(head, (q, k) => k === 0 && q > 0),
  special_token: (head) => mean(queries(head), (q) => total(head, (k) => (head.special[k] ? head.weight(q, k) : 0))),
  same_token: (head) => paid(head, (q, k) => head.ids[q] === head.ids[k] && (head.causal ? k < q : k !== q)),
  induction: (head) => paid(head, (q, k) => k > 0 && k - 1 < q && head.ids[k - 1] === head.ids[q]),
  distance: (head) => mean(queries(head), (q) => total(head, (k) => head.weight(q, k) * Math.abs(q - k))),
};

/**
 * Every metric of every head, [layers, heads] each.
 * @param {Float32Array} maps   [layers, heads, tokens, tokens]
 * @param {Omit<Head, "weight">} text
 * @param {number} heads        in all layers together
 * @returns {Record<string, Float32Array>}
 */
export function headMetrics(maps, text, heads) {
  const size = text.ids.length;
  const all = Array.from({ length: heads }, (_, head) => ({
    ...text,
    weight: (/** @type {number} */ query, /** @type {number} */ key) => maps[(head * size + query) * size + key],
  }));
  return Object.fromEntries(Object.entries(METRICS).map(([name, measure]) => [name, Float32Array.from(all, measure)]));
}

/** @param {Head} head */
function queries({ ids }) {
  return Array.from({ length: ids.length }, (_, query) => query);
}

/**
 * @param {number[]} items
 * @param {(item: number) => number} measure
 */
function mean(items, measure) {
  return items.reduce((sum, item) => sum + measure(item), 0) / items.length;
}

/**
 * The sum over the keys.
 * @param {Head} head
 * @param {(key: number) => number} measure
 */
function total({ ids }, measure) {
  let sum = 0;
  for (let key = 0; key < ids.length; key++) sum += measure(key);
  return sum;
}

/**
 * The mean attention that queries pay to the keys they have in `where`; queries without such keys are
 * left out.
 * @param {Head} head
 * @param {(query: number, key: number) => boolean} where
 */
function paid(head, where) {
  const asked = queries(head).filter((q) => queries(head).some((k) => where(q, k)));
  return mean(asked, (q) => total(head, (k) => (where(q, k) ? head.weight(q, k) : 0)));
}

/**
 * What a weight adds to the entropy, in nats.
 * @param {number} weight
 */
export function entr(weight) {
  return weight > 0 ? -weight * Math.log(weight) : 0;
}

/**
 * Weights from 0 to 1 as bytes in a square-root code (`lablib.attention.views.weights.codes`).
 * @param {Float32Array} weights
 */
export function codes(weights) {
  return Uint8Array.from(weights, (weight) => (Number.isFinite(weight) ? Math.round(Math.sqrt(Math.min(Math.max(weight, 0), 1)) * 254) : 255));
}

/**
 * Where all heads look in a text that was read, in the code of the attention view, and what kinds of
 * heads that makes them.
 * @param {{ model: any, tokenizer: any }} opened
 * @param {{ ids: number[], note: string }} text
 * @param {import("./reading.js").Reading} reading
 */
export function mapsOf({ model, tokenizer }, { ids, note }, reading) {
  const maps = reading.maps();
  const tokens = ids.map((id) => tokenizer.entry(id));
  const { layers, heads } = model.shape;
  const told = { ids, special: tokens.map(({ special }) => special), causal: model.causal };
  const metrics = headMetrics(maps, told, layers * heads);
  return { ids, tokens, note, layers, heads, causal: model.causal, weights: codes(maps), metrics };
}
