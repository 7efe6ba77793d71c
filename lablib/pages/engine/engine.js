// The pocket models in a page: computed here, with no kernel and no library. Tests hold every number
// to `transformers`.

import { Bert } from "./bert.js";
import { ByteBpe } from "./byte_bpe.js";
import { Gpt2 } from "./gpt2.js";
import { unpack } from "./packed.js";
import { WordPiece } from "./word_piece.js";

/** By `model_type` of a configuration; `TOKENIZERS` in weights.py names the same. */
const ARCHITECTURES = { gpt2: Gpt2, bert: Bert };

/**
 * A model that reads ids.
 * @param {import("./packed.js").Packed} packed
 * @returns {Gpt2 | Bert}
 */
export function openModel(packed) {
  /** @type {"gpt2" | "bert"} */
  const kind = packed.config.model_type;
  return new ARCHITECTURES[kind](packed.config, unpack(packed));
}

/**
 * A model's tokenizer.
 * @param {import("./packed.js").Packed} packed
 * @returns {ByteBpe | WordPiece}
 */
export function openTokenizer({ tokenizer }) {
  return tokenizer.model.type === "BPE" ? new ByteBpe(tokenizer) : new WordPiece(tokenizer);
}
