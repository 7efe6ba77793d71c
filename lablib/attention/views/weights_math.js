// The numbers behind the attention view: pure functions, no page and no kernel.
//
// A layer arrives as bytes [heads, query, key] in a square-root code: it spends its 255 steps where
// attention lives, near zero. The code 255 stands for "not a number".

/**
 * @typedef {{rows: number[], columns: number[]}} Places indices of queries and keys
 * @typedef {{head: number, values: ArrayLike<number>}} Head its weights in the picture
 */

const BROKEN = 255;
const WEIGHT_OF_CODE = Float32Array.from({ length: 256 }, (_, code) => (code === BROKEN ? NaN : (code / 254) ** 2));

/**
 * Weights [heads, query, key] from their bytes.
 * @param {ArrayLike<number>} codes
 * @returns {Float32Array}
 */
export function decode(codes) {
  const weights = new Float32Array(codes.length);
  for (let i = 0; i < codes.length; i++) weights[i] = WEIGHT_OF_CODE[codes[i]];
  return weights;
}

/**
 * 0, 1 … n - 1
 * @param {number} n
 */
export const range = (n) => Array.from({ length: n }, (_, i) => i);

/**
 * A token pair such as "A → B" as [type of the query, type of the key]; null for all tokens.
 * @param {string} pair
 * @returns {number[] | null}
 */
function typesOf(pair) {
  return pair === "all" ? null : pair.split("-").map(Number);
}

/**
 * Which rows and columns are in the picture: not those of another token type, of a step still to
 * come, outside the zoom, or, where asked, the keys that act as sinks.
 * @param {{queries: {type: number}[], keys: {type: number}[], pair: string, step: number,
 *   zoom: {rows: number[], columns: number[]} | null, hide: boolean, sinks: number[]}} given
 * @returns {Places}
 */
export function inPicture({ queries, keys, pair, step, zoom, hide, sinks }) {
  const types = typesOf(pair);
  const come = (/** @type {number} */ i) => step === 0 || i < step || i >= queries.length; // a key after the last token is none
  /** @type {(i: number, side: "rows" | "columns") => boolean} */
  const near = (i, side) => !zoom || (zoom[side][0] <= i && i < zoom[side][1]);
  const sink = new Set(hide ? sinks : []);
  const rows = range(queries.length).filter(
    (i) => come(i) && near(i, "rows") && (!types || queries[i].type === types[0]),
  );
  const columns = range(keys.length).filter(
    (j) => come(j) && near(j, "columns") && (!types || keys[j].type === types[1]) && !sink.has(j),
  );
  return { rows, columns };
}

/**
 * Each row divided by its sum, so that what is shown sums to 1 again; a row of zeros stays.
 * @param {ArrayLike<number>} values
 * @param {number} width
 * @returns {Float32Array}
 */
export function renormalised(values, width) {
  const result = new Float32Array(values);
  for (let start = 0; start < result.length; start += width) {
    const row = result.subarray(start, start + width);
    const sum = row.reduce((total, weight) => total + weight, 0);
    if (sum > 0) row.forEach((weight, j) => (row[j] = weight / sum));
  }
  return result;
}

/**
 * One head's weights in the picture, [rows, columns].
 * @param {ArrayLike<number>} layer
 * @param {number} head
 * @param {Places} places
 * @param {{queries: number, keys: number}} size
 * @returns {Float32Array}
 */
export function gather(layer, head, { rows, columns }, size) {
  const values = new Float32Array(rows.length * columns.length);
  const start = head * size.queries * size.keys;
  let place = 0;
  for (const i of rows) {
    const row = start + i * size.keys;
    for (const j of columns) values[place++] = layer[row + j];
  }
  return values;
}

/**
 * The largest weight of a list of matrices; 0 if there is none.
 * @param {ArrayLike<number>[]} matrices
 */
export function largest(matrices) {
  let most = 0;
  for (const values of matrices) for (let i = 0; i < values.length; i++) if (values[i] > most) most = values[i];
  return most;
}

/**
 * Whether one of the weights is not a number.
 * @param {ArrayLike<number>} values
 */
export function isBroken(values) {
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) return true;
  return false;
}

/**
 * The `count` strongest links of all heads, strongest first.
 * @param {Head[]} heads
 * @param {number} width
 * @param {number} count
 * @returns {{head: number, row: number, column: number, weight: number}[]} rows and columns as places in the picture
 */
export function strongest(heads, width, count) {
  const floor = threshold(heads, count);
  const links = [];
  for (const { head, values } of heads)
    for (let i = 0; i < values.length; i++)
      if (values[i] >= floor) links.push({ head, row: Math.floor(i / width), column: i % width, weight: values[i] });
  return links.sort((a, b) => b.weight - a.weight || a.row - b.row).slice(0, count);
}

/**
 * A weight above which lie at least `count` links (or all that are not zero), by a count in 1,024 steps.
 * @param {Head[]} heads
 * @param {number} count
 */
function threshold(heads, count) {
  const most = largest(heads.map(({ values }) => values));
  if (most === 0) return Infinity;
  const steps = new Uint32Array(1025);
  for (const { values } of heads)
    for (let i = 0; i < values.length; i++) if (values[i] > 0) steps[Math.floor((1024 * values[i]) / most)]++;
  let step = 1024;
  for (let above = steps[step]; above < count && step > 0; above += steps[step]) step--;
  return Math.max((step * most) / 1024, Number.MIN_VALUE);
}

/**
 * What the chosen tokens of one side give to (or get from) each token of the other, summed over them.
 * @param {ArrayLike<number>} values
 * @param {number[]} chosen
 * @param {"query" | "key"} side
 * @param {number} height
 * @param {number} width
 * @returns {Float32Array} one sum per token of the other side
 */
export function summed(values, chosen, side, height, width) {
  const sums = new Float32Array(side === "query" ? width : height);
  for (const place of chosen)
    for (let other = 0; other < sums.length; other++)
      sums[other] += side === "query" ? values[place * width + other] : values[other * width + place];
  return sums;
}

/**
 * Which part of all weight in the picture goes to each column; what is not a number counts as none.
 * @param {{values: ArrayLike<number>}[]} heads
 * @param {number} width
 */
export function columnShares(heads, width) {
  const shares = new Float64Array(width);
  for (const { values } of heads)
    for (let start = 0; start < values.length; start += width)
      for (let j = 0; j < width; j++) shares[j] += values[start + j] || 0;
  const total = shares.reduce((sum, share) => sum + share, 0);
  return total > 0 ? shares.map((share) => share / total) : shares;
}
