// Knobs as code (`lablib.sampling.panel.controls.knobs_code`).

import { NEUTRAL } from "../../sampling/views/knobs_math.js";

/**
 * The call that makes these knobs, with only what is turned in it.
 * @param {Record<string, number>} knobs
 */
export function knobsCode(knobs) {
  const turned = Object.entries(knobs).filter(([name, value]) => value !== NEUTRAL[name]);
  return `sp.Knobs(${turned.map(([name, value]) => `${name}=${written(name, value)}`).join(", ")})`;
}

const WHOLE = ["top_k", "no_repeat_ngram"];

/** A number as Python writes it. */
function written(name, value) {
  return WHOLE.includes(name) || !Number.isInteger(value) ? String(value) : `${value}.0`;
}
