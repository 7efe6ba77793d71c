// The mathematics of the knobs: pure functions over the whole vocabulary, no page and no kernel.
//
// A vocabulary is kept as a *ranking*: token ids by falling score. Every cut but no-repeat n-gram then
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
 * @property {number[]} banned     places between these two that it takes out all the same
 * @property {number[]} previous   the ids of the prompt
 * @property {number} removedMass  the probability it takes away
 * @property {number} kept         how many tokens
 * @property {number} entropy      in bits
 * @property {number} choices      2 to the entropy
 */

/**
 * The order in which `transformers` applies its logits processors (generation/utils.py), with those it
 * lacks between them (`ALL_STAGES` in Python).
 * @type {Knob[]}
 */
export const TRANSFORMERS_ORDER = [
  "repetition_penalty",
  "no_repeat_ngram",
  "dry",
  "temperature",
  "top_n_sigma",
  "top_h",
  "top_k",
  "top_p",
  "min_p",
  "typical_p",
  "epsilon_cutoff",
  "eta_cutoff",
  "max_surprisal",
  "xtc",
];

/** The stages that are always there; another one only where its knob is turned. */
const ALWAYS = ["repetition_penalty", "temperature", "top_k", "top_p", "min_p", "typical_p"];

/** The values at which a knob changes nothing. */
export const NEUTRAL = {
  temperature: 1,
  top_k: 0,
  top_p: 1,
  min_p: 0,
  typical_p: 1,
  repetition_penalty: 1,
  no_repeat_ngram: 0,
  dry: 0,
  top_n_sigma: 0,
  top_h: 0,
  epsilon_cutoff: 0,
  eta_cutoff: 0,
  max_surprisal: 0,
  xtc: 0,
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
 * @param {number[]} previous
 * @returns {Ranking}
 */
export function penalise(ranking, penalty, previous) {
  /** @type {(score: number, factor: number) => number} */
  const penalised = (score, factor) => (score < 0 ? score * factor : score / factor);
  return moved(ranking, previous, (_, score) =>
    sound(Math.fround(penalised(score, Math.fround(penalty))), score, penalised(score, penalty)),
  );
}

/**
 * 1 at the place of each of these ids, in a list just long enough.
 * @param {Iterable<number>} ids
 */
function flags(ids) {
  let size = 0;
  for (const id of ids) size = Math.max(size, id + 1);
  const list = new Uint8Array(size);
  for (const id of ids) list[id] = 1;
  return list;
}

/**
 * The ranking after some tokens got other scores.
 * @param {Ranking} ranking
 * @param {Iterable<number>} chosen   the ids that get one
 * @param {(id: number, score: number) => number} changed
 * @returns {Ranking}
 */
function moved(ranking, chosen, changed) {
  const which = flags(chosen);
  const away = [];
  for (let i = 0; i < ranking.ids.length; i++) {
    const [id, score] = [ranking.ids[i], ranking.scores[i]];
    if (which[id]) away.push({ id, score: Math.fround(changed(id, score)) });
  }
  away.sort((a, b) => b.score - a.score || b.id - a.id);
  return merged(ranking, which, away);
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
 * The tokens of a ranking that stay and those that moved, two falling lists, as one ranking.
 * @param {Ranking} ranking
 * @param {Uint8Array} which   1 for an id that moved
 * @param {{id: number, score: number}[]} away
 * @returns {Ranking}
 */
function merged(ranking, which, away) {
  const ids = new Int32Array(ranking.ids.length);
  const scores = new Float32Array(ids.length);
  let from = 0;
  let next = 0;
  for (let place = 0; place < ids.length; place++) {
    while (which[ranking.ids[from]]) from++;
    const moves = next < away.length && !(ranking.scores[from] >= away[next].score);
    ids[place] = moves ? away[next].id : ranking.ids[from];
    scores[place] = moves ? away[next++].score : ranking.scores[from++];
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

/**
 * Top-nσ (arXiv:2411.07641): scores more than n standard deviations below the best one go.
 * @param {Ranking} ranking
 * @param {number} n
 */
export function topNSigmaRange({ scores }, n) {
  let [sum, squares] = [0, 0];
  for (const score of scores) sum += score;
  const mean = sum / scores.length;
  for (const score of scores) squares += (score - mean) ** 2;
  const lowest = scores[0] - n * Math.sqrt(squares / scores.length);
  let end = 1;
  while (end < scores.length && scores[end] >= lowest) end++;
  return [0, end];
}

const TOP_H_MOST = 100;

/**
 * Top-h (arXiv:2509.02510): the most likely tokens whose shares of the entropy hold at most this much
 * of it together. As in `transformers`, only the first hundred are looked at.
 * @param {Ranking} ranking
 * @param {number} share
 */
export function topHRange(ranking, share) {
  const { weights, total } = slice(ranking, 0, TOP_H_MOST);
  const terms = Array.from(weights, (weight) => {
    const p = Math.fround(weight / total);
    return p > 0 ? -p * Math.log(p) : 0;
  });
  const limit = terms.reduce((sum, term) => sum + term, 0) * share;
  let held = terms[0];
  let end = 1;
  while (end < terms.length && weights[end] > 0 && (held += terms[end]) <= limit) end++;
  return [0, end];
}

/**
 * Tokens less likely than a limit go, but never the most likely ones.
 * @param {Ranking} ranking
 * @param {number} least
 */
export function likelyRange(ranking, least) {
  const limit = Math.fround(least);
  let end = 1;
  while (end < ranking.ids.length && (probability(ranking, end) >= limit || ranking.scores[end] === ranking.scores[0])) end++;
  return [0, end];
}

/**
 * Eta sampling (arXiv:2210.15191): the limit is epsilon, or lower where the model is unsure.
 * @param {Ranking} ranking
 * @param {number} epsilon
 */
export function etaRange(ranking, epsilon) {
  const unsure = Math.sqrt(epsilon) * Math.exp(-ranking.entropy * Math.LN2);
  return likelyRange(ranking, Math.min(epsilon, unsure));
}

/** @type {Record<string, (ranking: Ranking, value: number) => number[]>} */
const RANGES = {
  temperature: greedyRange,
  top_k: topKRange,
  top_p: topPRange,
  min_p: minPRange,
  typical_p: typicalRange,
  top_n_sigma: topNSigmaRange,
  top_h: topHRange,
  epsilon_cutoff: likelyRange,
  eta_cutoff: etaRange,
  max_surprisal: (ranking, bits) => likelyRange(ranking, 2 ** -bits),
};

/**
 * The tokens that would complete a run of n that was there before (arXiv:1705.04304).
 * @param {number[]} previous
 * @param {number} n
 */
export function repeating(previous, n) {
  const last = previous.length - n + 1;
  const found = new Set();
  for (let start = 0; start < last; start++) {
    let same = 0;
    while (same < n - 1 && previous[start + same] === previous[last + same]) same++;
    if (same === n - 1) found.add(previous[start + n - 1]);
  }
  return found;
}

/**
 * The ranking without some tokens, and the places they had; where that is all, nobody goes.
 * @param {Ranking} ranking
 * @param {Set<number>} out
 */
function without(ranking, out) {
  const places = Array.from(ranking.ids, (_, place) => place);
  const banned = places.filter((place) => out.has(ranking.ids[place]));
  const whole = { after: ranking, start: 0, end: places.length };
  if (banned.length === 0 || banned.length === places.length) return whole;
  const kept = places.filter((place) => !out.has(ranking.ids[place]));
  const ids = Int32Array.from(kept, (place) => ranking.ids[place]);
  const scores = Float32Array.from(kept, (place) => ranking.scores[place]);
  return { ...whole, after: softmax(ids, scores), banned };
}

const DRY = { base: 1.75, allowed: 2 };

/**
 * For each token that came after what the prompt ends with: how long the longest such end is.
 * @param {number[]} previous
 * @returns {Map<number, number>}
 */
export function repeatedRuns(previous) {
  const longest = new Map();
  for (let place = 1; place < previous.length; place++) {
    let length = 0;
    while (length < place && previous[place - 1 - length] === previous.at(-1 - length)) length++;
    const token = previous[place];
    if (length) longest.set(token, Math.max(length, longest.get(token) ?? 0));
  }
  return longest;
}

/**
 * DRY: a token that would go on with a repeated run loses more of its score the longer the run is.
 * @param {Ranking} ranking
 * @param {number} multiplier
 * @param {number[]} previous
 */
export function dry(ranking, multiplier, previous) {
  const most = Math.log(LARGEST) / Math.log(DRY.base) / 2; // no penalty is infinite
  const runs = new Map([...repeatedRuns(previous)].filter(([, length]) => length >= DRY.allowed));
  if (runs.size === 0) return ranking;
  const lost = (/** @type {number} */ id) =>
    multiplier * DRY.base ** Math.min((runs.get(id) ?? 0) - DRY.allowed, most);
  return moved(ranking, [...runs.keys()], (id, score) => score - lost(id));
}

const XTC_THRESHOLD = 0.1;

/**
 * XTC: with this probability all tokens at or above the threshold go, but the least likely of them.
 * A part of the time is the mean of both distributions.
 * @param {Ranking} ranking
 * @param {number} chance
 */
function excludeTop(ranking, chance) {
  const end = ranking.ids.length;
  let top = 0;
  while (top < end && probability(ranking, top) >= Math.fround(XTC_THRESHOLD)) top++;
  const start = Math.max(0, top - 1);
  if (start === 0) return { after: ranking, start, end };
  const cut = slice(ranking, start, end);
  if (chance === 1) return { after: cut, start, end };
  let left = 0;
  for (let i = start; i < end; i++) left += ranking.weights[i];
  const shift = Math.log(1 - chance) - Math.log(1 - chance + (chance * ranking.total) / left);
  const after = moved(ranking, ranking.ids.subarray(0, start), (_, score) => score + shift);
  return { after, start: 0, end, removed: chance * (1 - left / ranking.total) };
}

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
 * @param {number[]} previous
 * @returns {{after: Ranking, start: number, end: number, banned?: number[], removed?: number}}
 */
export function apply(name, value, before, previous) {
  const whole = { after: before, start: 0, end: before.ids.length };
  if (isOff(name, value)) return whole;
  if (name === "repetition_penalty") return { ...whole, after: penalise(before, value, previous) };
  if (name === "no_repeat_ngram") return without(before, repeating(previous, value));
  if (name === "dry") return { ...whole, after: dry(before, value, previous) };
  if (name === "xtc") return excludeTop(before, value);
  if (name === "temperature" && value > 0) return { ...whole, after: heat(before, value) };
  const [start, end] = RANGES[name](before, value);
  return start === 0 && end === whole.end ? whole : { after: slice(before, start, end), start, end };
}

/**
 * Tells the places of the ranking before a stage that are not in the ranking after it, one by one.
 * @param {{before: Ranking, start: number, end: number, banned: number[]}} stage
 * @param {(place: number) => void} told
 */
function forEachRemoved({ before, start, end, banned }, told) {
  for (let i = 0; i < start; i++) told(i);
  for (const place of banned) told(place);
  for (let i = end; i < before.ids.length; i++) told(i);
}

/**
 * The probability a stage takes away.
 * @param {{before: Ranking, start: number, end: number, banned: number[]}} stage
 */
function removedMass(stage) {
  let removed = 0;
  forEachRemoved(stage, (place) => (removed += stage.before.weights[place]));
  return removed / stage.before.total;
}

/**
 * All stages in order; one that is not always there only if its knob is turned. Stages of `last` (the
 * previous answer) that had the same input are taken over, so a knob pays only for the stages from its
 * own on.
 * @param {Ranking} model
 * @param {Partial<Record<Knob, number>>} knobs   one that is not named is off
 * @param {number[]} previous   the ids of the prompt
 * @param {Knob[]} order
 * @param {Stage[]} last
 * @returns {Stage[]}
 */
export function stages(model, knobs, previous, order = TRANSFORMERS_ORDER, last = []) {
  let before = model;
  const all = order.map((name) => ({ name, value: knobs[name] ?? NEUTRAL[name] }));
  const there = all.filter(({ name, value }) => ALWAYS.includes(name) || !isOff(name, value));
  return there.map(({ name, value }, i) => {
    const known = last[i];
    const same = known && known.name === name && known.value === value;
    const stage =
      same && known.before === before && known.previous === previous ? known : oneStage(name, value, before, previous);
    before = stage.after;
    return stage;
  });
}

/**
 * @param {Knob} name
 * @param {number} value
 * @param {Ranking} before
 * @param {number[]} previous
 * @returns {Stage}
 */
function oneStage(name, value, before, previous) {
  const applied = apply(name, value, before, previous);
  const stage = { ...applied, name, value, before, previous, banned: applied.banned ?? [] };
  const { ids, entropy } = stage.after;
  const choices = 2 ** entropy;
  return { ...stage, removedMass: stage.removed ?? removedMass(stage), kept: ids.length, entropy, choices };
}

/**
 * For every token id the number (1 …) of the stage that removed it, 0 if none did.
 * @param {Stage[]} list
 * @param {number} size
 * @returns {Uint8Array}
 */
export function removedBy(list, size) {
  const by = new Uint8Array(size);
  list.forEach((stage, i) => {
    forEachRemoved(stage, (place) => (by[stage.before.ids[place]] = i + 1));
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
