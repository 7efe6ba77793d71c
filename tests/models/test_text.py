"""Marks before and after a text, tokens a model can read, tokens it has vectors for."""

from types import SimpleNamespace

import pytest
import torch
import transformers as tf
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from lablib.models.text import (
    context_length,
    continuation_ids,
    encode,
    padding_id,
    require_vectors,
    start_of_text,
    text_ids,
)
from tests.sampling.conftest import byte_tokenizer

PROCESSORS = {
    "none, as Qwen": ("$A", 0, 0),
    "a start, as Gemma and Llama 3": ("<s> $A", 1, 0),
    "both ends, as BERT": ("<s> $A </s>", 1, 1),
    "an end, as T5": ("$A </s>", 0, 1),
    "two at the start, as ChatGLM": ("<g> <s> $A", 2, 0),
    "two at the end, as mBART": ("$A </s> <g>", 0, 2),
}


def marked(template):
    tokenizer = byte_tokenizer()
    tokenizer.add_special_tokens({"bos_token": "<s>", "eos_token": "</s>", "sep_token": "<g>"})
    ids = [(mark, tokenizer.convert_tokens_to_ids(mark)) for mark in ("<s>", "</s>", "<g>")]
    tokenizer.backend_tokenizer.post_processor = processors.TemplateProcessing(
        single=template, special_tokens=ids
    )
    return tokenizer


def sentencepiece():
    """As Llama 2's: a space before every text, written ▁."""
    pieces = ["<unk>", "<s>", "▁", "▁b", "▁a", "a", "b", "y", "▁by", ".", "="]
    model = models.BPE(
        vocab={piece: id for id, piece in enumerate(pieces)},
        merges=[("▁", "b"), ("▁", "a"), ("▁b", "y")],
        unk_token="<unk>",
    )
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", 1)]
    )
    return tf.PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>")


@pytest.mark.parametrize("name", PROCESSORS)
@pytest.mark.parametrize("text", ["once", "", " ", "</s>", "<s>once</s>", "\x00é😀"])
def test_marks_are_told_from_the_text(name, text):
    template, before, after = PROCESSORS[name]
    tokenizer = marked(template)
    found = encode(tokenizer, text)
    assert found.inside == tokenizer(text, add_special_tokens=False).input_ids
    assert found.before + found.inside + found.after == tokenizer(text).input_ids
    assert (len(found.before), len(found.after)) == (before, after)


def test_a_tokenizer_written_in_python_has_marks_too():
    assert encode(tf.ByT5Tokenizer(), "ab") == ([], [100, 101], [1])
    assert encode(tf.ByT5Tokenizer(), "") == ([], [], [1])
    canine = tf.CanineTokenizer()
    assert encode(canine, "ab") == ([canine.cls_token_id], [97, 98], [canine.sep_token_id])


@pytest.mark.parametrize("text", [" by.", ".", "a", " a"])
def test_a_second_part_has_no_space_that_is_not_there(text):
    tokenizer = sentencepiece()
    whole = tokenizer("b" + text, add_special_tokens=False)
    assert continuation_ids(tokenizer, text) == whole.input_ids[1:]
    assert text_ids(tokenizer, ".") == [2, 9]  # as a text of its own it begins with a space


def test_a_second_part_of_a_tokenizer_that_puts_a_space_first():
    tokenizer = byte_tokenizer()
    tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    assert tokenizer.decode(text_ids(tokenizer, ".")) == " ."
    assert tokenizer.decode(continuation_ids(tokenizer, ".")) == "."
    assert tokenizer.decode(continuation_ids(tokenizer, " by")) == " by"
    assert continuation_ids(tokenizer, "") == []


def test_the_start_of_a_text_is_the_tokenizers_mark_or_the_models():
    config = SimpleNamespace(bos_token_id=7)
    for template, expected in (("<g> <s> $A", ["<g>", "<s>"]), ("$A </s>", ["<s>"])):
        m = SimpleNamespace(model=SimpleNamespace(config=config), tokenizer=marked(template))
        assert m.tokenizer.convert_ids_to_tokens(start_of_text(m)) == expected


SIZES = {
    "vocab_size": 60,
    "hidden_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 16,
    "pad_token_id": 1,
}
OFFSET = {**SIZES, "max_position_embeddings": 66}
PLAIN = {**SIZES, "max_position_embeddings": 64}
LONG = {"max_position_embeddings": 66, "attention_window": 4}
HAS_64 = {
    "BERT": (tf.BertForMaskedLM, tf.BertConfig(**PLAIN)),
    "DistilBERT": (
        tf.DistilBertForMaskedLM,
        tf.DistilBertConfig(vocab_size=60, dim=16, n_layers=1, n_heads=2, hidden_dim=16,
                            max_position_embeddings=64),
    ),
    "RoBERTa": (tf.RobertaForMaskedLM, tf.RobertaConfig(**OFFSET)),
    "XLM-R": (tf.XLMRobertaForMaskedLM, tf.XLMRobertaConfig(**OFFSET)),
    "XLM-R XL": (tf.XLMRobertaXLForMaskedLM, tf.XLMRobertaXLConfig(**OFFSET)),
    "CamemBERT": (tf.CamembertForMaskedLM, tf.CamembertConfig(**OFFSET)),
    "RoBERTa, norm first": (
        tf.RobertaPreLayerNormForMaskedLM, tf.RobertaPreLayerNormConfig(**OFFSET)
    ),
    "data2vec": (tf.Data2VecTextForMaskedLM, tf.Data2VecTextConfig(**OFFSET)),
    "MPNet": (tf.MPNetForMaskedLM, tf.MPNetConfig(**OFFSET)),
    "ESM": (
        tf.EsmForMaskedLM,
        tf.EsmConfig(**OFFSET, position_embedding_type="absolute", mask_token_id=2),
    ),
    "Longformer": (tf.LongformerForMaskedLM, tf.LongformerConfig(**(SIZES | LONG))),
    "I-BERT": (tf.IBertForMaskedLM, tf.IBertConfig(**OFFSET)),
    "OPT": (
        tf.OPTForCausalLM,
        tf.OPTConfig(**PLAIN, ffn_dim=16, word_embed_proj_dim=16),
    ),
    "GPT-2": (
        tf.GPT2LMHeadModel, tf.GPT2Config(vocab_size=60, n_positions=64, n_embd=16, n_layer=1,
                                          n_head=2)
    ),
    "BART": (
        tf.BartForConditionalGeneration,
        tf.BartConfig(vocab_size=60, d_model=16, encoder_layers=1, decoder_layers=1,
                      encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=16,
                      decoder_ffn_dim=16, max_position_embeddings=64),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HAS_64)
def test_of_so_many_tokens_none_is_too_many(name):
    model_class, config = HAS_64[name]
    m = SimpleNamespace(model=model_class(config).eval())
    assert context_length(m) == 64
    with torch.inference_mode():
        m.model(input_ids=torch.full((1, 64), 5))
        with pytest.raises((IndexError, RuntimeError, ValueError)):
            m.model(input_ids=torch.full((1, 65), 5))


def test_a_model_without_positions_has_no_limit():
    m = SimpleNamespace(model=tf.MambaForCausalLM(tf.MambaConfig(vocab_size=60, hidden_size=8,
                                                                num_hidden_layers=1)))  # fmt: skip
    assert context_length(m) is None


def test_tokens_without_a_vector_are_named():
    tokenizer = byte_tokenizer()  # 257 entries
    tokenizer.add_tokens(["<picture>"])
    config = tf.GPT2Config(vocab_size=257, n_positions=8, n_embd=8, n_layer=1, n_head=2)
    m = SimpleNamespace(model=tf.GPT2LMHeadModel(config), tokenizer=tokenizer)
    require_vectors(m, [0, 256])
    with pytest.raises(ValueError, match="no vector for the token '<picture>': leave it out"):
        require_vectors(m, text_ids(tokenizer, "a<picture>b"))
    tokenizer.add_special_tokens({"pad_token": "<pad>"})
    assert padding_id(m) == 0
