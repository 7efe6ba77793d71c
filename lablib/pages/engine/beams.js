// Beam search as a tree: `lablib.sampling.compute.beams`, whose rules are those of `transformers`.

import { largest } from "./asking.js";
import { logProbabilityOf } from "./layers_math.js";
import { prepare } from "./prompt.js";
import { readOn } from "./writing.js";

/** @typedef {{ model: import("./gpt2.js").Gpt2, tokenizer: any }} Opened */

/**
 * A candidate: a beam continued by one token. `parent` is the place of its beam among the candidates of the
 * step before, -1 for the prompt.
 * @typedef {{ id: number, logProbability: number, cumulative: number, parent: number, kept: boolean, finished: boolean }} Candidate
 */

/** @typedef {{ ids: number[], cumulative: number, place: number, reading: any }} Beam */

/**
 * What a search needs of a model: GPT-2, or a decoder over a source.
 * @typedef {object} Model
 * @property {number} end      the token that ends a text
 * @property {number} stride   how many tokens are read in one go
 * @property {() => any} start
 * @property {(reading: any) => any} copy
 * @property {(reading: any, ids: number[]) => void} read
 * @property {(reading: any, place: number) => Float32Array} scores
 */

/**
 * The search after each step, with what greedy decoding has written by then.
 * @param {Opened} opened
 * @param {{ text: string, beams: number, steps: number }} what
 */
export function* beams(opened, { text, beams: wanted, steps }) {
  const { model, tokenizer } = opened;
  const { ids, note } = prepare(opened, text, steps);
  yield { note };
  const most = Math.min(steps, model.shape.context - ids.length);
  const search = new Search(model, wanted);
  yield* search.begin(ids);
  const greedy = greedySteps(model, ids, most);
  /** @type {{ id: number, logProbability: number, cumulative: number }[]} */
  const followed = [];
  while (!search.done) {
    yield* search.advance(search.steps.length + 1 === most);
    for (let next = greedy.next(); !next.done; next = greedy.next()) {
      if (next.value) followed.push(next.value);
      if (next.value && !search.done) break;
      yield null;
    }
    const named = (/** @type {any} */ node) => ({ ...node, text: tokenizer.decode([node.id]), entry: tokenizer.entry(node.id) });
    yield { steps: search.steps.map((nodes) => nodes.map(named)), winner: search.winner, greedy: followed.map(named), total: steps };
  }
}

/** The state of a beam search between two steps. */
export class Search {
  /**
   * @param {Model} model
   * @param {number} wanted    how many beams go on from each step
   * @param {number} penalty   finished texts compete by log-probability / length ** penalty
   */
  constructor(model, wanted, penalty = 1) {
    this._model = model;
    this._wanted = wanted;
    this._penalty = penalty;
    this._count = wanted > 1 ? 2 * wanted : 1;
    /** @type {Beam[]} */
    this._beams = [];
    /** @type {Candidate[][]} */
    this.steps = [];
    /** @type {{ step: number, place: number, score: number }[]} the best finished texts, the best first */
    this.finished = [];
    this.done = false;
  }

  /**
   * Reads the prompt.
   * @param {number[]} ids
   */
  *begin(ids) {
    const reading = this._model.start();
    yield* readOn(this._model, reading, ids);
    this._beams = [{ ids, cumulative: 0, place: -1, reading }];
  }

  /**
   * Grows the tree by one step; at the last one every text ends.
   * @param {boolean} last
   */
  *advance(last) {
    const found = [];
    for (const beam of this._beams) {
      found.push(...bestOf(this._model, beam, this._count));
      yield null;
    }
    const best = found.sort((one, other) => other.cumulative - one.cumulative).slice(0, this._count);
    const over = best.map(({ id }) => last || id === this._model.end);
    const kept = [...best.keys()].filter((place) => !over[place]).slice(0, this._wanted);
    this.steps.push(
      best.map(({ beam, id, logProbability, cumulative }, place) => ({
        id,
        logProbability,
        cumulative,
        parent: beam.place,
        kept: kept.includes(place),
        finished: over[place] && place < this._wanted,
      })),
    );
    this._finish();
    this.done = !kept.length || !this._canImprove(best[kept[0]].cumulative);
    if (!this.done) this._beams = yield* this._goOn(kept, best);
  }

  /**
   * The beams of the next step, each with its token read.
   * @param {number[]} kept
   * @param {ReturnType<typeof bestOf>} best
   * @returns {Generator<null, Beam[]>}
   */
  *_goOn(kept, best) {
    const beams = [];
    for (const place of kept) {
      const { beam, id, cumulative } = best[place];
      const ids = [...beam.ids, id];
      const reading = this._model.copy(beam.reading);
      this._model.read(reading, [id]);
      beams.push({ ids, cumulative, place, reading });
      yield null;
    }
    return beams;
  }

  /** Lets the texts that ended in this step compete, by the mean log-probability of their tokens. */
  _finish() {
    const step = this.steps.length - 1;
    const ended = [...this.steps[step].entries()]
      .filter(([, { finished }]) => finished)
      .map(([place, { cumulative }]) => ({ step, place, score: cumulative / (step + 1) ** this._penalty }));
    this.finished = [...this.finished, ...ended].sort((one, other) => other.score - one.score).slice(0, this._wanted);
  }

  /** @param {number} cumulative   of the best beam */
  _canImprove(cumulative) {
    return this.finished.length < this._wanted || cumulative / this.steps.length ** this._penalty > this.finished[this.finished.length - 1].score;
  }

  /** The places of the winner's candidates so far, one of each step. */
  get winner() {
    const { step, place } = this.finished[0] ?? { step: this.steps.length - 1, place: 0 };
    const path = [place];
    for (let i = step; i > 0; i--) path.unshift(this.steps[i][path[0]].parent);
    return path;
  }
}

/**
 * The best continuations of a beam.
 * @param {Model} model
 * @param {Beam} beam
 * @param {number} count
 */
function bestOf(model, beam, count) {
  const scores = model.scores(beam.reading, beam.ids.length - 1);
  return largest(scores, count).map((id) => {
    const logProbability = logProbabilityOf(scores, id);
    return { beam, id, logProbability, cumulative: beam.cumulative + logProbability };
  });
}

/**
 * What greedy decoding writes; null while it reads.
 * @param {import("./gpt2.js").Gpt2} model
 * @param {number[]} prompt
 * @param {number} count
 */
function* greedySteps(model, prompt, count) {
  const reading = model.start();
  yield* readOn(model, reading, prompt);
  let beam = { ids: prompt, cumulative: 0, place: -1, reading };
  for (let i = 0; i < count; i++) {
    const [{ id, logProbability, cumulative }] = bestOf(model, beam, 1);
    yield { id, logProbability, cumulative };
    if (id === model.end || i + 1 === count) return;
    model.read(reading, [id]);
    beam = { ...beam, ids: [...beam.ids, id], cumulative };
  }
}
