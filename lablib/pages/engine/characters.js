// The classes of characters that BERT's tokenizer goes by, as the library `tokenizers` has them.
//
// Its tables of accents, controls and punctuation are those of Unicode 8 (2015). A browser knows those
// of its own day, so what came later is taken out here; four characters have changed their class.

/** Characters that are newer than the library's tables, and no accent, control or punctuation there. */
const NEWER = characters(`
  61d 7fd 890-8e2 9fd-9fe a76 afa-aff b55 c04-c3c c77 c84 d00 d3b-d3c d81 eba ece 180f-1886 1abf-1aeb
  1b4e-1b4f 1b7d-1b7f 1df6-1dfb 2e43-2e5d a82c a8c5 a8ff a9bd 105c9-105e4 10d24-10f89 11070-11074
  110c2-110cd 111cf 1123e-11241 1133b 11383-1145e 11660-1166c 116b9 1182f-11fff 12ff1-13455
  1611e-1612f 16d68-16f4f 16fe2-16fe4 1cf00-1cf46 1e000-1e6f5 1e944-1e95f
`);

/** Ideographs, around which BERT's tokenizer puts spaces. */
export const IDEOGRAPH =
  /[\u{4e00}-\u{9fff}\u{3400}-\u{4dbf}\u{20000}-\u{2a6df}\u{2a700}-\u{2b81f}\u{2b920}-\u{2ceaf}\u{f900}-\u{faff}\u{2f800}-\u{2fa1f}]/gu;

/** Controls and characters with no meaning of their own, which are left out. */
export const CONTROL = new RegExp(String.raw`[[\p{Cc}\p{Cf}\p{Co}\ufffd]--[\t\n\r${NEWER}]]`, "gv");

/** Accents as characters of their own. */
export const ACCENT = new RegExp(String.raw`[[\p{Mn}\u{1734}\u{1171e}]--[\u{111c9}${NEWER}]]`, "gv");

/** Stretches of characters whose accents the library can take off. */
export const KNOWN = new RegExp(`[^${NEWER}]+`, "gv");

const ASCII = String.raw`\u{21}-\u{2f}\u{3a}-\u{40}\u{5b}-\u{60}\u{7b}-\u{7e}`;
const PUNCTUATION = String.raw`[[\p{P}${ASCII}\u{166d}\u{111c9}]--[${NEWER}]]`;

/** A mark of punctuation, or a stretch of what is neither that nor a space. */
export const WORD = new RegExp(String.raw`${PUNCTUATION}|[^\p{White_Space}${PUNCTUATION}]+`, "gv");

/**
 * What stands in a regular expression's class for these code points.
 * @param {string} ranges   in hexadecimal
 */
function characters(ranges) {
  return ranges.trim().replaceAll(/\w+/g, "\\u{$&}").replaceAll(/\s+/g, "");
}
