// Several texts of one prompt, a token of each at a time: `lablib.sampling.lockstep`.

import { prepare } from "./prompt.js";
import { uniforms } from "./uniforms.js";
import { write } from "./writing.js";

/** @typedef {{ model: any, tokenizer: any }} Opened */

/**
 * What each setting of the knobs writes with the same random draws: first the prompt, then a part for each
 * position, with what came there of each text, null for one that has ended.
 * @param {Opened} opened
 * @param {{ text: string, count: number, settings: import("./writing.js").Knobs[], seed: number,
 *   mirostats: (import("./mirostat.js").Mirostat | null)[] }} what   `mirostats`: one for each setting
 */
export function* compare(opened, { text, count, settings, seed, mirostats }) {
  const { ids, note } = prepare(opened, text, count);
  yield { note };
  const draws = uniforms(seed, count);
  const how = settings.map((knobs, i) => ({ count, knobs, uniforms: draws, mirostat: mirostats[i] }));
  const writers = how.map((one) => write(opened.model, ids, one));
  const begun = performance.now();
  for (let round = 1; ; round++) {
    const steps = [];
    for (const writer of writers) {
      steps.push(yield* nextStep(opened, writer));
      yield null;
    }
    if (!steps.some(Boolean)) return;
    yield { steps, round, perSecond: (round * settings.length * 1000) / (performance.now() - begun) };
  }
}

/**
 * A writer's next token with its probability by the model alone; null once it has ended.
 * @param {Opened} opened
 * @param {Generator<import("./writing.js").Step | null>} writer
 * @returns {Generator<null, { entry: any, probability: number } | null>}
 */
function* nextStep({ tokenizer }, writer) {
  for (;;) {
    const { value, done } = writer.next();
    if (done) return null;
    if (value) return { entry: tokenizer.entry(value.id), probability: Math.exp(value.logProbability) };
    yield null;
  }
}
