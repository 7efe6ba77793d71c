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

/**
 * The argument that makes a text as surprising as one likes, "" for none.
 * @param {{ target: number, rate: number } | null} mirostat
 */
export function mirostatCode(mirostat) {
  return mirostat ? `, mirostat=${mirostatCall(mirostat)}` : "";
}

/** @param {{ target: number, rate: number }} mirostat */
export function mirostatCall({ target, rate }) {
  return `sp.Mirostat(target=${written("target", target)}, rate=${written("rate", rate)})`;
}

const WHOLE = ["top_k", "no_repeat_ngram"];

/** A number as Python writes it. */
function written(name, value) {
  return WHOLE.includes(name) || !Number.isInteger(value) ? String(value) : `${value}.0`;
}
