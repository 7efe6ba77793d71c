"""Activation patching, held against a slow loop of single runs with hooks of its own."""

import copy

import pytest
import torch

from lablib import transformer as tf
from lablib.transformer.compute import patching
from tests.attention.conftest import output_projections
from tests.panels import hooks_left
from tests.transformer.conftest import NORM_FIRST, OTHERS

CLEAN, CORRUPTED = "The cat sat", "The dog sat"
ANSWERS = ("a", "b")


def blocks_of(model):
    body = model.base_model
    return getattr(body, "h", None) or getattr(body, "layers", None) or body.encoder.layer


def attention_of(block, name):
    """What gives that which attention adds, by its name in each family."""
    if name == "gemma2":
        return block.post_attention_layernorm
    return getattr(block, "attn", None) or block.self_attn


def mlp_of(block, name):
    return block.post_feedforward_layernorm if name == "gemma2" else block.mlp


class Slow:
    """Runs a model once for each patch; a hook on one module replaces one vector by hand."""

    def __init__(self, m, name):
        self.model, self.name, self.tokenizer = copy.deepcopy(m.model), name, m.tokenizer
        self.ids = [int(m.tokenizer(each).input_ids[0]) for each in ANSWERS]

    def run(self, text, hook=None, module=None, before=False):
        handle = None
        if module is not None:
            register = module.register_forward_pre_hook if before else module.register_forward_hook
            handle = register(hook)
        with torch.inference_mode():
            logits = self.model(**self.tokenizer(text, return_tensors="pt")).logits[0, -1]
        if handle is not None:
            handle.remove()
        return float(logits[self.ids[0]] - logits[self.ids[1]])

    def kept(self, module, before):
        """What went into a module, or came out of it, in the clean run."""
        found = []

        def keep(_, given, output=None):
            tensor = given[0] if before else output
            found.append((tensor if torch.is_tensor(tensor) else tensor[0])[0].clone())

        self.run(CLEAN, keep, module, before)
        return found[0]

    def share(self, module, before, change):
        """How much returns after `change(vectors, clean vectors)` of what the module gave."""
        clean = self.kept(module, before)

        def patch(_, given, output=None):
            tensor = given[0] if before else output
            rest = () if torch.is_tensor(tensor) else tensor[1:]
            new = (tensor if torch.is_tensor(tensor) else tensor[0]).clone()
            change(new[0], clean)
            if before:
                return (new, *given[1:])
            return (new, *rest) if rest or not torch.is_tensor(tensor) else new

        wanted, there = self.run(CLEAN), self.run(CORRUPTED)
        return (self.run(CORRUPTED, patch, module, before) - there) / (wanted - there)


def one_place(place):
    def change(vectors, clean):
        vectors[place] = clean[place]

    return change


def one_head(head, places=slice(None)):
    def change(vectors, clean):  # 8 numbers for each of the four heads, side by side
        vectors[places, 8 * head : 8 * head + 8] = clean[places, 8 * head : 8 * head + 8]

    return change


@pytest.mark.parametrize("name", NORM_FIRST)
@pytest.mark.parametrize("part", ["residual", "attention", "feed-forward"])
def test_every_patch_is_that_of_a_slow_loop_with_hooks(make, name, part):
    m = make(name)
    slow = Slow(m, name)
    *_, found = tf.patch(m, CLEAN, CORRUPTED, part, ANSWERS)
    assert found.returned.shape == (2, len(found.clean)) and found.done == found.total
    for layer, block in enumerate(blocks_of(slow.model)):
        module = {
            "residual": block,
            "attention": attention_of(block, name),
            "feed-forward": mlp_of(block, name),
        }[part]
        for place in range(0, len(found.clean), 2):
            expected = slow.share(module, part == "residual", one_place(place))
            assert float(found.returned[layer, place]) == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("name", ["gpt2", "llama", "qwen3"])
@pytest.mark.parametrize("place", [None, 5])
def test_every_head_is_that_of_a_slow_loop_with_hooks(make, name, place):
    m = make(name)
    slow = Slow(m, name)
    *_, found = tf.patch(m, CLEAN, CORRUPTED, "heads", ANSWERS, place)
    assert found.returned.shape == (2, 4)
    for layer, projection in enumerate(output_projections(slow.model)):
        for head in range(4):
            change = one_head(head, slice(None) if place is None else place)
            expected = slow.share(projection, True, change)
            assert float(found.returned[layer, head]) == pytest.approx(expected, abs=1e-3)


def test_the_differences_are_those_of_the_scores(gpt2):
    *_, found = tf.patch(gpt2, CLEAN, CORRUPTED, answers=ANSWERS)
    slow = Slow(gpt2, "gpt2")
    assert found.differences == pytest.approx((slow.run(CLEAN), slow.run(CORRUPTED)), abs=1e-5)
    assert found.texts == ANSWERS and list(found.answers) == slow.ids


def test_before_the_first_block_all_returns_at_the_word_that_differs(gpt2):
    *_, found = tf.patch(gpt2, "abXde", "abYde")
    torch.testing.assert_close(
        found.returned[0], torch.tensor([0.0, 0.0, 1.0, 0.0, 0.0]), atol=1e-4, rtol=0
    )
    layer, place, share = found.top(1)[0]
    assert float(found.returned[layer, place]) == share == float(found.returned.max())


def test_answers_found_by_themselves_are_those_the_other_prompt_makes_less_likely(gpt2):
    *_, found = tf.patch(gpt2, CLEAN, CORRUPTED)
    slow = Slow(gpt2, "gpt2")
    with torch.inference_mode():
        p, q = (
            slow.model(**gpt2.tokenizer(text, return_tensors="pt")).logits[0, -1].softmax(-1)
            for text in (CLEAN, CORRUPTED)
        )
    expected = [int((a * (a / b).log()).argmax()) for a, b in ((p, q), (q, p))]
    assert list(found.answers) == expected
    assert found.differences[0] > found.differences[1]


@pytest.mark.parametrize("name", ["bert", "distilbert"])
def test_a_masked_word_is_asked_for(make, name):
    m = make(name)
    *_, found = tf.patch(m, "ab[MASK]d", "cb[MASK]d")
    assert found.returned.shape == (2, len(found.clean))
    assert float(found.returned[0, 1]) == pytest.approx(1, abs=1e-4), "after [CLS]"
    with pytest.raises(ValueError, match="same place"):
        next(tf.patch(m, "ab[MASK]d", "a[MASK]bd"))


@pytest.mark.parametrize("at_once", [1, 5, 1000])
def test_what_is_known_grows_batch_by_batch(gpt2, monkeypatch, at_once):
    *_, whole = tf.patch(gpt2, CLEAN, CORRUPTED)
    size = 4 * len(CLEAN) * len(gpt2.tokenizer)
    monkeypatch.setattr(patching, "SCORE_BYTES", at_once * size)
    states = list(tf.patch(gpt2, CLEAN, CORRUPTED))
    assert [state.done for state in states] == [*range(at_once, 22, at_once), 22]
    assert int(states[0].returned.isfinite().sum()) == states[0].done
    assert len(states[0].top(50)) == states[0].done
    torch.testing.assert_close(states[-1].returned, whole.returned, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(
    ("clean", "corrupted", "words"),
    [
        ("The cat", "The kitten", "the first has 7 and the second 10"),
        ("The cat", "The cat", "The two prompts are the same"),
    ],
)
def test_prompts_that_cannot_be_compared(gpt2, clean, corrupted, words):
    with pytest.raises(ValueError, match=words):
        next(tf.patch(gpt2, clean, corrupted))


def test_prompts_that_lead_to_the_same_answer(gpt2, make):
    m = make("gpt2", seed=1)
    with torch.no_grad():
        m.model.transformer.ln_f.weight.zero_()
        m.model.transformer.ln_f.bias.zero_()
    with pytest.raises(ValueError, match="nothing that could return"):
        next(tf.patch(m, CLEAN, CORRUPTED))


def test_what_is_not_there_is_refused(gpt2):
    for wrong, words in [
        ({"part": "neurons"}, "'neurons' is none of them"),
        ({"part": "heads", "place": 11}, "places 0 to 10, and 11 is none"),
        ({"answers": ("ab", "c")}, "2 tokens for this model"),
        ({"answers": ("a", "")}, "a token for each of the two prompts"),
        ({"answers": ("a", "a")}, "the same token"),
    ]:
        with pytest.raises(ValueError, match=words):
            next(tf.patch(gpt2, CLEAN, CORRUPTED, **wrong))


@pytest.mark.parametrize("name", OTHERS)
def test_models_with_other_parts_are_refused_in_a_sentence(make, name):
    with pytest.raises(ValueError, match="choose a"):
        next(tf.patch(make(name), CLEAN, CORRUPTED))


def test_the_shared_model_stays_as_it_was(gpt2):
    for part in tf.PATCHED:
        list(tf.patch(gpt2, CLEAN, CORRUPTED, part))
    assert not hooks_left(gpt2.model)
