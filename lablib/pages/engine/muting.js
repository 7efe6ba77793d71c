// Does a head matter? Muted heads, and each head muted in turn: `lablib.attention.compute.ablation`.

import { answer, ask, changes, divergence } from "./asking.js";
import { mapsOf } from "./heads_math.js";

const SHOWN = 10; // of the most probable tokens, as many as `ablate` names

/** @typedef {import("./asking.js").Opened} Opened */

/**
 * What a model says with and without some heads, where its heads look, and then, if it is asked for,
 * what muting each head alone would do: a part for each head, until all are known.
 * @param {Opened} opened
 * @param {{ text: string, muted: import("./reading.js").Head[], sweep: boolean }} what
 */
export function* mute(opened, { text, muted, sweep }) {
  const { model } = opened;
  const asked = ask(opened, text);
  const before = yield* answer(model, asked);
  const after = muted.length ? yield* answer(model, asked, muted) : before;
  yield {
    ...mapsOf(opened, asked, before.reading),
    last: asked.position === asked.ids.length,
    lossBefore: before.loss,
    lossAfter: after.loss,
    divergence: divergence(before.probabilities, after.probabilities),
    changes: changes(opened, before.probabilities, after.probabilities, SHOWN),
  };
  if (sweep) yield* sweepHeads(opened, asked, before);
}

/**
 * @param {Opened} opened
 * @param {import("./asking.js").Asked} asked
 * @param {import("./asking.js").Answer} before
 */
function* sweepHeads({ model }, asked, before) {
  const { layers, heads } = model.shape;
  const unknown = () => new Float32Array(layers * heads).fill(NaN);
  const effects = { divergence: unknown(), loss_change: unknown() };
  for (let n = 0; n < layers * heads; n++) {
    const after = yield* answer(model, asked, [[Math.floor(n / heads), n % heads]]);
    effects.divergence[n] = divergence(before.probabilities, after.probabilities);
    effects.loss_change[n] = after.loss - before.loss;
    yield { effects, done: n + 1, total: layers * heads };
  }
}
