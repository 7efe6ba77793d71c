// Numbers in the words of the merge view.

/** @param {number} number */
export const count = (number) => number.toLocaleString("en");
/** @param {number} number */
export const plain = (number) => String(Number(number.toPrecision(6)));
/**
 * @param {number} number
 * @param {string} word
 */
export const plural = (number, word) => `${count(number)} ${word}${number === 1 ? "" : "s"}`;
