"""A text of a few sentences about foxes, and the smallest model that learns it."""

import torch

from lablib.training.recipe import Recipe, new_model

TEXT = "".join(f"The {a} fox number {i} ran over the {b} hill.\n" for i in range(40)
               for a, b in [("red", "green"), ("old", "long")])  # fmt: skip
TINY = Recipe(layers=1, width=16, heads=2, context=16, batch=4, steps=6, warmup=2, vocab_size=300)


def fresh(tokenizer):
    torch.manual_seed(0)
    return new_model(TINY, tokenizer)
