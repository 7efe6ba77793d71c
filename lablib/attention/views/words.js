// How the views of the attention room write numbers and tokens.

/**
 * 0.62 → "62 %": whole percents, which is what the bytes of a weight can hold.
 * @param {number} weight
 */
export function percentText(weight) {
  if (Number.isNaN(weight)) return "not a number";
  return weight > 0 && weight < 0.005 ? "under 1\u00a0%" : `${Math.round(100 * weight)}\u00a0%`;
}

/**
 * A number to three figures with a real minus sign, as `lablib.widgets.tokens.number` writes it.
 * @param {number} value
 */
export function figure(value) {
  if (Number.isNaN(value)) return "not a number";
  if (!Number.isFinite(value)) return value > 0 ? "\u221e" : "\u2212\u221e";
  const text = value !== 0 && Math.abs(value) < 0.001 ? value.toExponential(1) : String(Number(value.toPrecision(3)));
  return text.replaceAll("-", "\u2212");
}

/**
 * A token in quotes: its `text` for the eye, or as `spoken` for the ear.
 * @param {{text: string, spoken?: string}} token
 * @param {"text" | "spoken"} voice
 */
export const quoted = (token, voice = "text") => `\u2018${token[voice]}\u2019`;

/**
 * A text of at most `most` letters.
 * @param {string} text
 */
export const shortened = (text, most = 14) => ([...text].length > most ? `${[...text].slice(0, most - 1).join("")}…` : text);
