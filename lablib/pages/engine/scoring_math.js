// BLEU and chrF as sacrebleu computes them if it is asked for nothing else (Post 2018): BLEU counts pieces of
// one to four words after the tokenizer "13a" (Papineni et al. 2002), chrF pieces of one to six letters
// (Popović 2015).

const WORDS = 4;
const LETTERS = 6;
const BETA = 2;

/** @typedef {Map<string, number>} Counts   how often each piece is there */

/**
 * The words of a text between its spaces, of which Python knows four more than Unicode names.
 * @param {string} text
 */
export function wordsOf(text) {
  const spaced = Array.from(text, (letter) => (isSpace(letter) ? " " : letter)).join("");
  return spaced.split(" ").filter(Boolean);
}

/** @param {string} letter */
function isSpace(letter) {
  return /\p{White_Space}/u.test(letter) || (letter >= "\u001c" && letter <= "\u001f");
}

/**
 * The words that BLEU counts: marks stand by themselves, but for a point or a comma between digits.
 * @param {string} text
 */
function tokensOf(text) {
  const letters = [...text];
  const plain = letters
    .slice(0, letters.findLastIndex((letter) => !isSpace(letter)) + 1)
    .join("")
    .replaceAll("<skipped>", "")
    .replaceAll("-\n", "")
    .replaceAll("\n", " ")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">");
  const apart = ` ${plain} `
    .replace(/([{-~[-` -&(-+:-@/])/gu, " $1 ")
    .replace(/([^0-9])([.,])/gu, "$1 $2 ")
    .replace(/([.,])([^0-9])/gu, " $1 $2")
    .replace(/([0-9])(-)/gu, "$1 $2 ");
  return wordsOf(apart);
}

/**
 * The pieces of so many items that stand beside each other.
 * @param {string[]} items
 * @param {number} size
 * @returns {Counts}
 */
function pieces(items, size) {
  const counts = new Map();
  for (let end = size; end <= items.length; end++) {
    const piece = items.slice(end - size, end).join(" ");
    counts.set(piece, (counts.get(piece) ?? 0) + 1);
  }
  return counts;
}

/** @param {Counts} counts */
function total(counts) {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

/**
 * @param {Counts} one
 * @param {Counts} other
 */
function shared(one, other) {
  return [...one].reduce((sum, [piece, count]) => sum + Math.min(count, other.get(piece) ?? 0), 0);
}

/**
 * For each size of pieces how many are written, how many are right, and how many are both, in all pairs.
 * @param {string[][]} written   each text cut into words or letters
 * @param {string[][]} targets
 * @param {number} sizes
 */
function counted(written, targets, sizes) {
  return Array.from({ length: sizes }, (_, i) => {
    const sums = { written: 0, right: 0, both: 0, compared: 0 };
    written.forEach((items, pair) => {
      const [ours, theirs] = [pieces(items, i + 1), pieces(targets[pair], i + 1)];
      sums.written += total(ours);
      sums.right += total(theirs);
      sums.both += shared(ours, theirs);
      sums.compared += theirs.size ? total(ours) : 0; // of texts that could have them
    });
    return sums;
  });
}

/**
 * BLEU of all texts together, 0 to 100.
 * @param {string[]} written
 * @param {string[]} targets   the right text for each
 */
export function bleu(written, targets) {
  const [ours, theirs] = [written.map(tokensOf), targets.map(tokensOf)];
  const sizes = counted(ours, theirs, WORDS);
  if (!sizes.some(({ both }) => both) || sizes.some((size) => !size.written)) return 0;
  let halved = 1;
  const precisions = sizes.map((size) => {
    if (size.both) return (100 * size.both) / size.written;
    halved *= 2; // one that is 0 would make all of it 0
    return 100 / (halved * size.written);
  });
  const length = (/** @type {string[][]} */ texts) => texts.reduce((sum, tokens) => sum + tokens.length, 0);
  const short = Math.min(1, Math.exp(1 - length(theirs) / length(ours)));
  return short * Math.exp(precisions.reduce((sum, precision) => sum + Math.log(precision), 0) / WORDS);
}

/**
 * chrF of all texts together, 0 to 100.
 * @param {string[]} written
 * @param {string[]} targets   the right text for each
 */
export function chrf(written, targets) {
  const letters = (/** @type {string} */ text) => [...wordsOf(text).join("")];
  const sizes = counted(written.map(letters), targets.map(letters), LETTERS).filter(({ compared, right }) => compared && right);
  const mean = (/** @type {(size: typeof sizes[0]) => number} */ share) => sizes.reduce((sum, size) => sum + share(size), 0) / sizes.length;
  const precision = mean(({ both, compared }) => both / compared);
  const recall = mean(({ both, right }) => both / right);
  if (!(precision + recall)) return 0; // nothing in common, or nothing to compare
  return (100 * (1 + BETA ** 2) * precision * recall) / (BETA ** 2 * precision + recall);
}
