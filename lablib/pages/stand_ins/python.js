// Texts and numbers as Python writes them, for the words and the code under a panel.

/**
 * A text as it stands in code: `repr(text)`.
 * @param {string} text
 */
export function repr(text) {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inside = Array.from(text, (letter) => (letter === quote ? `\\${quote}` : escaped(letter))).join("");
  return quote + inside + quote;
}

/** @type {Record<string, string>} */
const SHORT = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\" };

/** @param {string} letter */
function escaped(letter) {
  if (letter in SHORT) return SHORT[letter];
  if (letter === " " || !/[\p{C}\p{Z}]/u.test(letter)) return letter;
  const code = letter.codePointAt(0);
  const [mark, digits] = code < 0x100 ? ["x", 2] : code < 0x10000 ? ["u", 4] : ["U", 8];
  return `\\${mark}${code.toString(16).padStart(digits, "0")}`;
}

/**
 * A number to so many figures, without zeros at its end: `f"{value:.3g}"`.
 * @param {number} value
 * @param {number} figures
 */
export function general(value, figures) {
  if (value === 0 || !Number.isFinite(value)) return String(value).replace("Infinity", "inf");
  const [digits, power] = value.toExponential(figures - 1).split("e");
  const exponent = Number(power);
  if (exponent >= -4 && exponent < figures) return String(Number(value.toPrecision(figures)));
  const sign = exponent < 0 ? "-" : "+";
  return `${Number(digits)}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

/**
 * A number as code has it where it need not be whole.
 * @param {number} value
 */
export function float(value) {
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/**
 * A number to three figures with a real minus sign, in full where it is large (`lablib.widgets.tokens.number`).
 * @param {number} value
 */
export function figure(value) {
  const rounded = Number(value.toPrecision(3));
  const large = Math.abs(rounded) >= 1000 && Math.abs(rounded) < 1e15;
  return (large ? grouped(rounded) : general(value, 3)).replaceAll("-", "\u2212").replace("inf", "\u221e");
}

/**
 * A whole number with commas.
 * @param {number} value
 */
export function grouped(value) {
  return value.toLocaleString("en");
}

/**
 * @param {number} value
 * @param {string} noun
 */
export function counted(value, noun) {
  return `${grouped(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/**
 * A share as every sentence and table writes it (`lablib.numbers.percent`).
 * @param {number} share
 * @param {number} decimals
 */
export function percent(share, decimals = 1) {
  return `${(100 * share).toFixed(decimals)}\u00a0%`;
}

/**
 * A power of ten as it is written by hand.
 * @param {number} exponent
 */
export function powerOfTen(exponent) {
  return `10${String(exponent).replace(/./g, (sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)])}`;
}

/**
 * A probability for people: three figures, and a power of ten where it is very small
 * (`lablib.masking.figures.shared.percent`).
 * @param {number} value
 */
export function probability(value) {
  if (value >= 1e-6) return `${general(100 * value, 3)} %`;
  if (value <= 0) return "0 %";
  const [figures, exponent] = value.toExponential(1).split("e");
  return `${figures} × ${powerOfTen(Number(exponent))}`;
}

/**
 * A number of nats to two decimals, with a real minus sign (`lablib.masking.figures.shared.nats`).
 * @param {number} value
 * @param {boolean} sign   whether a number above 0 has one, too
 */
export function nats(value, sign = false) {
  return `${sign && value >= 0 ? "+" : ""}${value.toFixed(2)}`.replace("-", "−");
}

/**
 * How many times, in words (`lablib.widgets.tokens.times`).
 * @param {number} ratio
 */
export function times(ratio) {
  if (ratio > 1e6) return "over a million times";
  return ratio < 10 ? `${ratio.toFixed(1)} times` : `${grouped(Math.round(ratio))} times`;
}
