// The mathematics of the knobs: pure functions over the whole vocabulary, no page and no kernel.
//
// A vocabulary is kept as a *ranking*: token ids by falling score. Every cut of `transformers` then
// keeps one unbroken stretch of the ranking, so a knob costs one walk over the tokens and no sort.
// Scores and probabilities are rounded to 32 bits where torch rounds them (Math.fround), so that a
// token on the very edge of a cut falls on the same side here and in Python.

/**
 * @typedef {object} Ranking
 * @property {Int32Array} ids      token ids by falling score; tokens with score -inf are left out
 * @property {Float32Array} scores their scores, in the same order
 * @property {Float32Array} weights exp(score - scores[0])
 * @property {number} total        the sum of the weights
 * @property {number} entropy      in bits
 */

/** @typedef {keyof typeof NEUTRAL} Knob the name of a knob */

/**
 * @typedef {object} Stage
 * @property {Knob} name
 * @property {number} value
 * @property {Ranking} before
 * @property {Ranking} after
 * @property {number} start        the places of `before` that it keeps: start … end - 1
 * @property {number} end
 * @property {Uint8Array} seen     1 for each token id that stands in the prompt
 * @property {number} removedMass  the probability it takes away
 * @property {number} kept         how many tokens
 * @property {number} entropy      in bits
 * @property {number} choices      2 to the entropy
 */

/**
 * The order in which `transformers` applies its logits processors (generation/utils.py).
 * @type {Knob[]}
 */
export const TRANSFORMERS_ORDER = [
  "repetition_penalty",
  "temperature",
  "top_k",
  "top_p",
  "min_p",
  "typical_p",
];

/** The values at which a knob changes nothing. */
export const NEUTRAL = {
  temperature: 1,
  top_k: 0,
  top_p: 1,
  min_p: 0,
  typical_p: 1,
  repetition_penalty: 1,
};

/**
 * Token ids by falling score, of equal scores the higher id first: torch's stable rising sort read
 * backwards. A float's bits are turned into an integer of the same order and joined with the id in
 * one number of 53 bits, which the browser sorts at once without a compare function.
 * @param {Float32Array} logits
 */
export function sortedIds(logits) {
  const shift = 2 ** 21;
  const bits = new Uint32Array(logits.map((score) => score + 0).buffer); // -0 + 0 is +0
  const keys = new Float64Array(logits.length);
  for (let id = 0; id < keys.length; id++) {
    const rising = bits[id] >>> 31 ? ~bits[id] >>> 0 : (bits[id] | 0x80000000) >>> 0;
    keys[id] = rising * shift + id;
  }
  return Int32Array.from(keys.sort().reverse(), (key) => key % shift);
}

/**
 * The ranking with the sum of its weights and its entropy: H = log S - Σ w·(score - max) / S.
 * @param {Int32Array} ids
 * @param {Float32Array} scores
 * @param {Float32Array} weights
 * @returns {Ranking}
 */
function measured(ids, scores, weights) {
  let total = 0;
  let moment = 0;
  for (let i = 0; i < ids.length; i++) {
    total += weights[i];
    if (weights[i] > 0) moment += weights[i] * (scores[i] - scores[0]);
  }
  const entropy = Math.max(0, (Math.log(total) - moment / total) / Math.LN2);
  return { ids, scores, weights, total, entropy };
}

/**
 * The softmax of scores that already stand in falling order.
 * @param {Int32Array} ids
 * @param {Float32Array} scores
 * @returns {Ranking}
 */
export function softmax(ids, scores) {
  const weights = new Float32Array(ids.length);
  for (let i = 0; i < ids.length; i++) weights[i] = Math.exp(scores[i] - scores[0]);
  return measured(ids, scores, weights);
}

/**
 * The model's own distribution: its logits (Float32Array, one per token) ranked.
 * @param {Float32Array} logits
 * @returns {Ranking}
 */
export function rank(logits) {
  const ids = sortedIds(logits);
  const scores = Float32Array.from(ids, (id) => logits[id]);
  const removed = scores.indexOf(-Infinity);
  const kept = removed < 0 ? ids.length : removed;
  return softmax(ids.subarray(0, kept), scores.subarray(0, kept));
}

/**
 * The probability of the i-th token of a ranking.
 * @param {Ranking} ranking
 * @param {number} i
 */
export function probability(ranking, i) {
  return Math.fround(ranking.weights[i] / ranking.total);
}

/**
 * Probabilities by token id, 0 for a token that is out.
 * @param {Ranking} ranking
 * @param {number} size
 * @returns {Float32Array} [size]
 */
export function probabilities(ranking, size) {
  const byId = new Float32Array(size);
  for (let i = 0; i < ranking.ids.length; i++) byId[ranking.ids[i]] = probability(ranking, i);
  return byId;
}

/**
 * The ranking cut to the places start … end-1, renormalised.
 * @param {Ranking} ranking
 * @param {number} start
 * @param {number} end
 * @returns {Ranking}
 */
export function slice(ranking, start, end) {
  const ids = ranking.ids.subarray(start, end);
  const [scores, weights] = [ranking.scores, ranking.weights].map((values) => values.subarray(start, end));
  // Without the old first token the weights may all round to 0: take them afresh.
  return start > 0 ? softmax(ids, scores) : measured(ids, scores, weights);
}

/**
 * Repetition penalty (CTRL, arXiv:1909.05858): a score of a token seen before is divided by the
 * penalty if positive and multiplied by it if negative.
 * @param {Ranking} ranking
 * @param {number} penalty
 * @param {Uint8Array} seen 1 where seen
 * @returns {Ranking}
 */
export function penalise(ranking, penalty, seen) {
  /** @type {(score: number, factor: number) => number} */
  const penalised = (score, factor) => (score < 0 ? score * factor : score / factor);
  const moved = [];
  for (let i = 0; i < ranking.ids.length; i++) {
    const [id, score] = [ranking.ids[i], ranking.scores[i]];
    if (seen[id]) moved.push({ id, score: sound(Math.fround(penalised(score, Math.fround(penalty))), score, penalised(score, penalty)) });
  }
  moved.sort((a, b) => b.score - a.score || b.id - a.id);
  return merged(ranking, seen, moved);
}

/** The largest number of 32 bits. */
const LARGEST = (2 - 2 ** -23) * 2 ** 127;

/**
 * A changed score, or the largest number where a huge or tiny penalty made it infinite.
 * @param {number} changed
 * @param {number} before
 * @param {number} exact
 */
function sound(changed, before, exact) {
  const finite = Number.isFinite(changed) || before === -Infinity;
  return finite ? changed : Math.fround(Math.min(LARGEST, Math.max(-LARGEST, exact)));
}

/**
 * The unseen tokens of a ranking and the moved ones, two falling lists, as one ranking.
 * @param {Ranking} ranking
 * @param {Uint8Array} seen
 * @param {{id: number, score: number}[]} moved
 * @returns {Ranking}
 */
function merged(ranking, seen, moved) {
  const ids = new Int32Array(ranking.ids.length);
  const scores = new Float32Array(ids.length);
  let from = 0;
  let next = 0;
  for (let place = 0; place < ids.length; place++) {
    while (seen[ranking.ids[from]]) from++;
    const moves = next < moved.length && !(ranking.scores[from] >= moved[next].score);
    ids[place] = moves ? moved[next].id : ranking.ids[from];
    scores[place] = moves ? moved[next++].score : ranking.scores[from++];
  }
  return softmax(ids, scores);
}

/**
 * Temperature: scores divided by it. Below 1 sharper, above 1 flatter. Scores that differed in their
 * last bit may now tie: then the higher id comes first.
 * @param {Ranking} ranking
 * @param {number} temperature
 * @returns {Ranking}
 */
export function heat(ranking, temperature) {
  const divisor = Math.fround(temperature);
  const ids = new Int32Array(ranking.ids);
  const scores = new Float32Array(ranking.scores);
  // Quotients too large for 32 bits: the best score is taken off first, which changes no probability.
  const [best, small] = [scores[0], Number.isFinite(Math.fround(scores[0] / divisor))];
  const divided = (/** @type {number} */ score) =>
    small || score === -Infinity ? score / divisor : Math.max(-LARGEST, (score - best) / temperature);
  for (let i = 0; i < scores.length; i++) {
    scores[i] = divided(scores[i]);
    for (let j = i; j > 0 && scores[j] === scores[j - 1] && ids[j] > ids[j - 1]; j--)
      [ids[j], ids[j - 1]] = [ids[j - 1], ids[j]];
  }
  return softmax(ids, scores);
}

/**
 * Temperature 0, greedy: the most likely token, of equals the one with the lowest id.
 * @param {Ranking} ranking
 */
export function greedyRange(ranking) {
  const place = topKRange(ranking, 1)[1] - 1;
  return [place, place + 1];
}

/**
 * Top-k (arXiv:1805.04833): the k best tokens, and all that tie with the k-th.
 * @param {Ranking} ranking
 * @param {number} k
 */
export function topKRange({ scores }, k) {
  let end = Math.min(k, scores.length);
  while (end < scores.length && scores[end] === scores[end - 1]) end++;
  return [0, end];
}

/**
 * Top-p (arXiv:1904.09751): the least likely tokens that hold at most 1 - p together go.
 * @param {Ranking} ranking
 * @param {number} p
 */
export function topPRange(ranking, p) {
  const limit = Math.fround(1 - p);
  let below = 0;
  let end = ranking.ids.length;
  for (; end > 1; end--) {
    below += probability(ranking, end - 1);
    if (Math.fround(below) > limit) break;
  }
  return [0, end];
}

/**
 * Min-p (arXiv:2407.01082): tokens less likely than p times the most likely one go.
 * @param {Ranking} ranking
 * @param {number} p
 */
export function minPRange(ranking, p) {
  const threshold = Math.fround(Math.fround(p) * probability(ranking, 0));
  let end = 1;
  while (end < ranking.ids.length && probability(ranking, end) >= threshold) end++;
  return [0, end];
}

/**
 * Typical-p (arXiv:2202.00666): tokens whose surprisal is nearest to the entropy stay, until they
 * hold p together. Surprisal rises along a ranking, so those tokens lie side by side.
 * @param {Ranking} ranking
 * @param {number} p
 */
export function typicalRange(ranking, p) {
  const { ids, scores, total, entropy } = ranking;
  const logTotal = Math.log(total);
  const surprisal = (/** @type {number} */ i) => logTotal - (scores[i] - scores[0]);
  const distance = (/** @type {number} */ i) => Math.fround(Math.abs(surprisal(i) - entropy * Math.LN2));
  const mass = Math.fround(p);
  let end = 0;
  while (end < ids.length && surprisal(end) <= entropy * Math.LN2) end++;
  let start = end;
  let held = 0;
  let last;
  do {
    const left = start > 0 && (end === ids.length || distance(start - 1) <= distance(end));
    const place = left ? --start : end++;
    held += probability(ranking, place);
    last = distance(place);
  } while (Math.fround(held) < mass && end - start < ids.length);
  while (start > 0 && distance(start - 1) <= last) start--;
  while (end < ids.length && distance(end) <= last) end++;
  return [start, end];
}

/** @type {Record<string, (ranking: Ranking, value: number) => number[]>} */
const RANGES = {
  temperature: greedyRange,
  top_k: topKRange,
  top_p: topPRange,
  min_p: minPRange,
  typical_p: typicalRange,
};

/**
 * Whether a knob at this value leaves every distribution as it is.
 * @param {Knob} name
 * @param {number} value
 */
export function isOff(name, value) {
  return value === NEUTRAL[name];
}

/**
 * One stage: the ranking after it, and the places of the ranking before it that it keeps.
 * @param {Knob} name
 * @param {number} value
 * @param {Ranking} before
 * @param {Uint8Array} seen
 * @returns {{after: Ranking, start: number, end: number}}
 */
export function apply(name, value, before, seen) {
  const whole = { after: before, start: 0, end: before.ids.length };
  if (isOff(name, value)) return whole;
  if (name === "repetition_penalty") return { ...whole, after: penalise(before, value, seen) };
  if (name === "temperature" && value > 0) return { ...whole, after: heat(before, value) };
  const [start, end] = RANGES[name](before, value);
  return start === 0 && end === whole.end ? whole : { after: slice(before, start, end), start, end };
}

/**
 * The probability a stage takes away.
 * @param {{before: Ranking, start: number, end: number}} stage
 */
function removedMass({ before, start, end }) {
  let removed = 0;
  for (let i = 0; i < start; i++) removed += before.weights[i];
  for (let i = end; i < before.ids.length; i++) removed += before.weights[i];
  return removed / before.total;
}

/**
 * All stages in order. Stages of `last` (the previous answer) that had the same input are taken over,
 * so a knob pays only for the stages from its own on.
 * @param {Ranking} model
 * @param {Record<Knob, number>} knobs
 * @param {Uint8Array} seen
 * @param {Knob[]} order
 * @param {Stage[]} last
 * @returns {Stage[]}
 */
export function stages(model, knobs, seen, order = TRANSFORMERS_ORDER, last = []) {
  let before = model;
  return order.map((name, i) => {
    const value = knobs[name];
    const known = last[i];
    const same = known && known.name === name && known.value === value;
    const stage =
      same && known.before === before && known.seen === seen ? known : oneStage(name, value, before, seen);
    before = stage.after;
    return stage;
  });
}

/**
 * @param {Knob} name
 * @param {number} value
 * @param {Ranking} before
 * @param {Uint8Array} seen
 * @returns {Stage}
 */
function oneStage(name, value, before, seen) {
  const stage = { name, value, before, seen, ...apply(name, value, before, seen) };
  const { ids, entropy } = stage.after;
  const choices = 2 ** entropy;
  return { ...stage, removedMass: removedMass(stage), kept: ids.length, entropy, choices };
}

/**
 * For every token id the number (1 …) of the stage that removed it, 0 if none did.
 * @param {Stage[]} list
 * @param {number} size
 * @returns {Uint8Array}
 */
export function removedBy(list, size) {
  const by = new Uint8Array(size);
  list.forEach(({ before, start, end }, i) => {
    for (let place = 0; place < start; place++) by[before.ids[place]] = i + 1;
    for (let place = end; place < before.ids.length; place++) by[before.ids[place]] = i + 1;
  });
  return by;
}

/**
 * Half the sum of |p - q|: how much probability one distribution must move to become the other.
 * @param {Ranking} a
 * @param {Ranking} b
 * @param {number} size
 */
export function totalVariation(a, b, size) {
  const [p, q] = [probabilities(a, size), probabilities(b, size)];
  let sum = 0;
  for (let id = 0; id < size; id++) sum += Math.abs(p[id] - q[id]);
  return sum / 2;
}

/**
 * About `count` different whole numbers from 1 to n, evenly spread on a logarithmic scale.
 * @param {number} n
 * @param {number} count
 */
export function logSpaced(n, count) {
  const steps = Array.from({ length: count }, (_, i) => Math.round(n ** (i / (count - 1))));
  return [...new Set(steps)];
}

/**
 * The probability that the best r tokens hold together, for each r of a rising list.
 * @param {Ranking} ranking
 * @param {number[]} ranks
 */
export function cumulative(ranking, ranks) {
  let held = 0;
  let place = 0;
  return ranks.map((r) => {
    for (; place < Math.min(r, ranking.ids.length); place++) held += ranking.weights[place];
    return Math.min(1, held / ranking.total);
  });
}

/**
 * The tokens worth a bar: the `count` with the largest probability before or after, by their place
 * before.
 * @param {Ranking} before
 * @param {Ranking} after
 * @param {ArrayLike<number>} afterById
 * @param {number} count
 * @returns {{id: number, place: number, before: number, after: number}[]} place counts from 0
 */
export function barRows(before, after, afterById, count) {
  const ids = new Set([...before.ids.subarray(0, count), ...after.ids.subarray(0, count)]);
  const rows = [...ids].map((id) => {
    const place = before.ids.indexOf(id);
    return { id, place, before: probability(before, place), after: afterById[id] };
  });
  rows.sort((a, b) => Math.max(b.before, b.after) - Math.max(a.before, a.after) || a.place - b.place);
  return rows.slice(0, count).sort((a, b) => a.place - b.place);
}
