"""A few made-up rows, and the smallest T5 that learns them."""

from lablib.training.pairs import made_up
from lablib.training.recipe import Recipe

PAIRS = [pair for rows in made_up(40, seed=3).values() for pair in rows] + [
    ("translate English to Chinese: I am.", "我是的。"),
    ("translate English to French: the summer", "l'été"),
]
TINY_T5 = Recipe(
    kind="t5", layers=1, width=16, heads=2, context=32, batch=4, steps=6, warmup=2, vocab_size=400
)
