// Words behind masks in a text: `put`, `unhide` and `hidden_words` of `lablib.masking.compute.text`.

const MASK = "[MASK]";

/**
 * The text with a word in the place of its mask, counted from 0. A piece that goes on with the word
 * before it (##s) is joined to that word; a word that comes `back` stands as it stood there.
 * @param {string} text
 * @param {number} number
 * @param {string} word
 */
export function put(text, number, word, back = false) {
  const parts = text.split(MASK);
  const before = parts.slice(0, number + 1).join(MASK);
  const after = parts.slice(number + 1).join(MASK);
  if (back) return before + word + after;
  if (word.startsWith("##") && before.trim()) return before.trimEnd() + word.slice(2) + after;
  return before + word.trim() + after;
}

/**
 * Which word each mask of a text hides, once the text was changed; null where it is not known. What
 * both texts begin and end with keeps the words behind its masks, and a mask that took the place of a
 * word hides that word.
 * @param {string} before
 * @param {string} now
 * @param {(string | null)[]} hidden
 */
export function hiddenWords(before, now, hidden) {
  const [was, is] = [[...before], [...now]];
  const head = common(was, is);
  const tail = common(was.slice(head).reverse(), is.slice(head).reverse());
  const [old, fresh] = [was, is].map((text) => text.slice(head, text.length - tail).join(""));
  const first = masks(is.slice(0, head).join(""));
  const last = masks(is.slice(is.length - tail).join(""));
  let between = Array(Math.max(masks(now) - first - last, 0)).fill(null);
  if (fresh.trim() === MASK && old.trim() && !old.includes(MASK)) between = [old.trim()];
  return [...hidden.slice(0, first), ...between, ...hidden.slice(hidden.length - last)];
}

function masks(text) {
  return text.split(MASK).length - 1;
}

/** How many letters both begin with. */
function common(one, other) {
  let count = 0;
  while (count < Math.min(one.length, other.length) && one[count] === other[count]) count++;
  return count;
}
