// Numbers in the words of the merge view.

export const count = (number) => number.toLocaleString("en");
export const plain = (number) => String(Number(number.toPrecision(6)));
export const plural = (number, word) => `${count(number)} ${word}${number === 1 ? "" : "s"}`;
