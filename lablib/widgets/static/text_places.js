// Places in a text: Python counts code points, a page counts UTF-16 units of a text field, which has
// one line feed for every "\r\n" and "\r".

/**
 * The text as a text field has it.
 * @param {string} text
 */
export function fieldText(text) {
  return text.replace(/\r\n?/g, "\n");
}

/**
 * How many units of the field one code point at unit `i` of the text takes: none before "\n" of "\r\n".
 * @param {string} text
 * @param {number} i
 */
function unitsAt(text, i) {
  if (text[i] === "\r" && text[i + 1] === "\n") return 0;
  return text.codePointAt(i) > 0xffff ? 2 : 1;
}

/**
 * Walks over a text by code points until `there(points, units)`; how many of each it passed.
 * @param {string} text
 * @param {(points: number, units: number) => boolean} there
 */
function walk(text, there) {
  let [points, units] = [0, 0];
  for (let i = 0; i < text.length && !there(points, units); points++) {
    units += unitsAt(text, i);
    i += text.codePointAt(i) > 0xffff ? 2 : 1;
  }
  return [points, units];
}

const PLAIN = /^[^\r\u{10000}-\u{10ffff}]*$/u;

/**
 * Code points → units of the field.
 * @param {string} text
 * @param {number} place
 */
export function toUnits(text, place) {
  return PLAIN.test(text) ? Math.min(place, text.length) : walk(text, (points) => points >= place)[1];
}

/**
 * Units of the field → code points.
 * @param {string} text
 * @param {number} place
 */
export function toPoints(text, place) {
  return PLAIN.test(text) ? Math.min(place, text.length) : walk(text, (_, units) => units >= place)[0];
}
