// How the knob view writes numbers, tokens and names.

/** The names of the knobs and stages on the page. */
export const LABELS = {
  repetition_penalty: "Repetition penalty",
  no_repeat_ngram: "No-repeat n-gram",
  dry: "DRY",
  temperature: "Temperature",
  top_k: "Top-k",
  top_p: "Top-p",
  min_p: "Min-p",
  typical_p: "Typical-p",
  top_n_sigma: "Top-n\u03c3",
  top_h: "Top-h",
  epsilon_cutoff: "Epsilon",
  eta_cutoff: "Eta",
  max_surprisal: "Surprisal limit",
  xtc: "XTC",
};

const grouped = new Intl.NumberFormat("en");

/**
 * 50257 → "50,257"
 * @param {number} n
 */
export const count = (n) => grouped.format(n);

/**
 * 0.2345 → "23.5 %", 0.00021 → "0.021 %"; what would round to 0 says so: "< 0.001 %"
 * @param {number} p
 */
export function percent(p) {
  const value = 100 * p;
  if (value === 0 || value >= 99.95) return `${Math.round(value)}\u00a0%`;
  if (value < 0.001) return "<\u00a00.001\u00a0%";
  return `${value.toFixed(value >= 10 ? 1 : value >= 0.1 ? 2 : 3)}\u00a0%`;
}

/**
 * An effective number of choices: 1.23, 45.6, 1,234
 * @param {number} n
 */
export const choicesText = (n) => (n < 99.95 ? n.toFixed(n < 9.995 ? 2 : 1) : count(Math.round(n)));

/**
 * A knob's value as short as it can be: 0.7, 40, 1.05
 * @param {number} value
 */
export const plain = (value) => String(Number(value.toFixed(4)));
