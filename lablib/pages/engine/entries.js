// What the entries of a vocabulary stand for, as `lablib.models.vocabulary` tells it.

/**
 * @typedef {object} Entry
 * @property {number} id
 * @property {string} text      as people read it; bytes that are no whole character stand as \xNN
 * @property {Uint8Array} bytes the bytes of text it stands for
 * @property {boolean} special  whether it is a control token
 * @property {boolean} partial  whether it is a part of a character only
 */

/**
 * Bytes as text; each that belongs to no whole character stands as \xNN.
 * @param {Uint8Array} bytes
 */
export function readable(bytes) {
  let [text, partial] = ["", false];
  for (let i = 0; i < bytes.length; ) {
    const character = wholeCharacter(bytes.subarray(i, i + length(bytes[i])));
    if (character === null) partial = true;
    text += character ?? `\\x${hexadecimal(bytes.subarray(i, i + 1))}`;
    i += character === null ? 1 : length(bytes[i]);
  }
  return { text, partial };
}

/**
 * How many bytes a character has that begins with this one (UTF-8).
 * @param {number} first
 */
function length(first) {
  return first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @param {Uint8Array} bytes */
function wholeCharacter(bytes) {
  try {
    return strict.decode(bytes);
  } catch {
    return null;
  }
}

/** @param {Uint8Array} bytes */
export function hexadecimal(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}
