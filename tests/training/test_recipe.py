"""How a new BERT begins, and how a learning rate goes."""

import pytest
import torch

from lablib.training.corpus import train_tokenizer
from lablib.training.recipe import Recipe, new_model
from tests.training.fox import TEXT

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


def test_a_new_gpt2_begins_by_looking_one_and_two_tokens_back():
    torch.manual_seed(0)
    recipe = Recipe(layers=2, width=128, heads=4, context=16, vocab_size=300)
    model = new_model(recipe, train_tokenizer("gpt2", [TEXT], recipe.vocab_size)).eval()
    model.set_attn_implementation("eager")
    ids = torch.randint(5, 300, (256, recipe.context))
    with torch.inference_mode():
        first, second = (a.mean(0) for a in model(ids, output_attentions=True).attentions)
    for head, back in ((0, 1), (1, 2)):
        places = range(2, recipe.context)
        assert first[head, 2:].argmax(1).tolist() == [place - back for place in places]
    # The heads that were left as they are, and the next layer, spread evenly over what they see.
    even = 1 / torch.arange(1, recipe.context + 1)[:, None]
    assert ((first[2:] - even).tril().abs().max(), second[:, 8:].max()) < (0.05, 0.25)


def test_the_schedule_is_the_same_for_longer_runs_until_the_decay():
    short, long = Recipe(steps=100, warmup=10, decay=0.4), Recipe(steps=200, warmup=10, decay=0.4)
    for step in range(61):
        assert short.learning_rate_factor(step) == long.learning_rate_factor(step)
    assert short.learning_rate_factor(99) == pytest.approx(0.025)
