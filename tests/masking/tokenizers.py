"""Tokenizers of the families that masked-word models have, each with a small vocabulary of its own.

Byte-level ones (RoBERTa, DeBERTa, ModernBERT) and those of SentencePiece (XLM-R, CamemBERT, ALBERT,
XLNet, DeBERTa-v2) write a word after a space otherwise than at a text's start; WordPiece does not.
"""

import string
from types import SimpleNamespace

import torch
from tokenizers import AddedToken, Tokenizer, decoders, normalizers, pre_tokenizers, processors
from tokenizers.models import BPE
from transformers import (
    AlbertTokenizer,
    BertConfig,
    BertForMaskedLM,
    CamembertTokenizer,
    DebertaTokenizer,
    DebertaV2Tokenizer,
    PreTrainedTokenizerFast,
    RobertaTokenizer,
    XLMRobertaTokenizer,
    XLNetTokenizer,
)
from transformers.convert_slow_tokenizer import bytes_to_unicode

from tests.masking.conftest import word_tokenizer

WORDS = [
    *("the", "The", "a", "A", "man", "old", "sat", "house", "light", "was", "on", "water", "cat"),
    *("is", "it", "said", "he", "she", "nurse", "cook"),
]


def _merges():
    """Merges that make each word, after a space and without one, out of its letters."""
    entries, merges = list(bytes_to_unicode().values()), []
    for word in [*(f"Ġ{word}" for word in WORDS), *WORDS]:
        for end in range(1, len(word)):
            if word[: end + 1] not in entries:
                entries.append(word[: end + 1])
                merges.append((word[:end], word[end]))
    return entries, merges


def byte_level(kind, specials, mask, **options):
    entries, merges = _merges()
    vocab = {entry: id for id, entry in enumerate([*specials, str(mask), *entries])}
    return kind(vocab=vocab, merges=merges, mask_token=mask, **options)


def roberta(**options):
    specials = ["<s>", "<pad>", "</s>", "<unk>"]
    return byte_level(RobertaTokenizer, specials, AddedToken("<mask>", lstrip=True), **options)


def deberta():
    """Its mask token leaves the space before it to a token of its own."""
    return byte_level(DebertaTokenizer, ["[CLS]", "[PAD]", "[SEP]", "[UNK]"], "[MASK]")


def modernbert():
    entries, merges = _merges()
    specials = ["[UNK]", "[CLS]", "[SEP]", "[PAD]"]
    tokenizer = Tokenizer(
        BPE({entry: id for id, entry in enumerate([*specials, *entries])}, merges)
    )
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([*specials, AddedToken("[MASK]", lstrip=True)])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B [SEP]",
        special_tokens=[("[CLS]", 1), ("[SEP]", 2)],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]",
        pad_token="[PAD]", mask_token="[MASK]",
    )  # fmt: skip


def sentencepiece(kind, specials, last=(), **options):
    words = [*(f"▁{word}" for word in WORDS), *(word for word in WORDS if len(word) > 1)]
    letters = ["▁", *string.ascii_letters, *string.digits, *string.punctuation, *"中国“”’"]
    known = [(word, -3.0 - number / 100) for number, word in enumerate(words)]
    known += [(letter, -8.0) for letter in letters if letter not in words]
    named = [(special, 0.0) for special in specials]
    return kind(vocab=[*named, *known, *((special, 0.0) for special in last)], **options)


CAMEMBERT = ["<s>NOTUSED", "<pad>", "</s>NOTUSED", "<unk>", "<unk>NOTUSED", "<s>", "</s>"]
XLNET = ["<unk>", "<s>", "</s>", "<cls>", "<sep>", "<pad>", "<mask>", "<eod>", "<eop>"]
DEBERTA = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]

TOKENIZERS = {
    "BERT": word_tokenizer,
    "RoBERTa": roberta,
    "RoBERTa, prefix space": lambda: roberta(add_prefix_space=True),
    "DeBERTa": deberta,
    "ModernBERT": modernbert,
    "XLM-R": lambda: sentencepiece(
        XLMRobertaTokenizer, ["<s>", "<pad>", "</s>", "<unk>"], ["<mask>"]
    ),
    "CamemBERT": lambda: sentencepiece(CamembertTokenizer, CAMEMBERT, ["<mask>"]),
    "ALBERT": lambda: sentencepiece(
        AlbertTokenizer, ["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"], do_lower_case=False
    ),
    "XLNet": lambda: sentencepiece(XLNetTokenizer, XLNET, unk_id=0),
    "DeBERTa-v2": lambda: sentencepiece(DebertaV2Tokenizer, DEBERTA),
    "DeBERTa-v2, punctuation": lambda: sentencepiece(
        DebertaV2Tokenizer, DEBERTA, split_by_punct=True
    ),
}  # fmt: skip


def model_of(tokenizer, seed=0):
    """A tiny stock model with this tokenizer."""
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=2, num_attention_heads=4,
        intermediate_size=48, max_position_embeddings=64, initializer_range=0.5,
        pad_token_id=tokenizer.pad_token_id,
    )  # fmt: skip
    model = BertForMaskedLM(config).eval()
    return SimpleNamespace(model=model, tokenizer=tokenizer, device=model.device)
