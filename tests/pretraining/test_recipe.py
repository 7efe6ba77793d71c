"""How a new BERT begins."""

import pytest
import torch

from lablib.pretraining.corpus import train_tokenizer
from lablib.pretraining.recipe import Recipe, new_model

from .test_pretraining import TEXT

BERT = Recipe(kind="bert", layers=2, width=128, heads=4, context=16, vocab_size=100)


@pytest.fixture(scope="module")
def attention():
    """The attention of a new model, [layer][head, to, from]: its mean over many random texts, so
    that what stays is what the positions do.
    """
    torch.manual_seed(0)
    tokenizer = train_tokenizer("bert", [TEXT], BERT.vocab_size)
    model = new_model(BERT, tokenizer).eval()
    model.set_attn_implementation("eager")
    ids = torch.randint(5, len(tokenizer), (256, BERT.context))
    with torch.inference_mode():
        return [layer.mean(0) for layer in model(ids, output_attentions=True).attentions]


@pytest.mark.parametrize(("head", "step"), [(0, -1), (1, 1), (2, -2), (3, 2)])
def test_a_new_head_looks_at_its_neighbour_most(attention, head, step):
    inner = attention[0][head, 2:-2]
    assert inner.argmax(1).tolist() == [place + step for place in range(2, BERT.context - 2)]


def test_the_second_layer_begins_without_a_preference(attention):
    assert attention[1].max() < 2 / BERT.context
