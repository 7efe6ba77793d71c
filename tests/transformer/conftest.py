"""Tiny random models of many architectures: those of the attention room's tests."""

from tests.attention.conftest import bert, gpt2, make  # noqa: F401

NORM_FIRST = ("gpt2", "llama", "qwen2", "qwen3", "mistral", "gemma2")
NORM_LAST = ("bert", "bert_with_both_heads", "roberta", "distilbert", "electra")
OTHERS = ("opt", "gpt_neox", "bloom", "t5", "mamba")
"""Those that are taken apart, by where the norm stands, and those that are refused."""

TEXT = "Hello, you."
