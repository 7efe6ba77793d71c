import pytest
import torch
import transformers

from lablib import models
from lablib.randomness import seeded
from lablib.training.config import Config
from lablib.training.engine import fit, setup
from lablib.training.methods import _lora, merged, prepare, trained
from lablib.training.tasks import make_task
from lablib.training.writing import sample

TEXT = "The lamp is lit at dusk. " * 60
TABLE = "text,label\n" + "good day,plus\nbad day,minus\n" * 10


def run(gpt2, **changes):
    """A short run, and all weights before and after it."""
    settings = {"text": TEXT, "length": 16, "steps": 2, "batch": 4, "rank": 2, "last_blocks": 1}
    state = setup(Config(gpt2, device="cpu", **{**settings, **changes}))
    before = {name: p.detach().clone() for name, p in state.model.named_parameters()}
    list(fit(state))
    changed = {n for n, p in state.model.named_parameters() if not torch.equal(p, before[n])}
    return state, before, changed


def test_full_trains_all(gpt2):
    _, before, changed = run(gpt2)
    assert changed == set(before)


def test_scratch_trains_all_from_random_weights_of_the_seed(gpt2):
    _, before, changed = run(gpt2, method="scratch", seed=3)
    _, again, _ = run(gpt2, method="scratch", seed=3)
    _, other, _ = run(gpt2, method="scratch", seed=1)
    pretrained = dict(models.load(gpt2, device="cpu").model.named_parameters())
    name = "transformer.h.0.attn.c_attn.weight"
    assert name in changed
    assert torch.equal(before[name], again[name])
    assert not torch.equal(before[name], other[name])
    assert not torch.equal(before[name], pretrained[name])


def test_lora_trains_thin_matrices_only_and_its_merger_says_the_same(gpt2):
    state, _, changed = run(gpt2, method="lora")
    assert changed and all("lora_" in name for name in changed)
    assert len(changed) == 2 * 2 * 4  # two blocks, four matrices each
    whole, ids = merged(state.model).eval(), torch.arange(20)[None]
    assert not any("lora" in name for name, _ in whole.named_parameters())
    with torch.no_grad():
        torch.testing.assert_close(
            whole(ids).logits, state.model.eval()(ids).logits, rtol=1e-4, atol=1e-4
        )


def test_last_trains_the_last_blocks_and_the_final_norm(gpt2):
    state, before, changed = run(gpt2, method="last")
    expected = {n for n in before if n.startswith(("transformer.h.1.", "transformer.ln_f."))}
    assert changed == expected
    assert len(trained(state.model)) == len(expected)


def test_head_trains_a_new_head_only(gpt2):
    state, _, changed = run(gpt2, method="head", task="classification", text=TABLE)
    assert changed == {"score.weight"}
    assert state.model.config.id2label == {0: "minus", 1: "plus"}


def test_lora_under_a_new_head_trains_both(gpt2):
    _, _, changed = run(gpt2, method="lora", task="classification", text=TABLE)
    assert "score.weight" in changed
    assert all("lora_" in name or name == "score.weight" for name in changed)


def test_a_head_that_is_the_embeddings_cannot_learn_alone(gpt2):
    m = models.load(gpt2, device="cpu")
    config = Config(text=TEXT, length=16, method="head")
    with pytest.raises(ValueError, match="no head of its own"):
        prepare(m, config, make_task(config, m))


def test_the_shared_model_stays_as_it_was(gpt2):
    m = models.load(gpt2, device="cpu")
    before = {name: p.clone() for name, p in m.model.named_parameters()}
    run(gpt2)
    assert all(torch.equal(p, before[name]) for name, p in m.model.named_parameters())
    assert not m.model.training


def test_ones_own_random_numbers_go_on_as_if_nothing_had_been_drawn():
    torch.manual_seed(5)
    expected = torch.rand(2)
    torch.manual_seed(5)
    with seeded(1):
        torch.rand(7)
    assert torch.equal(torch.rand(2), expected)


def test_what_lora_adds_counts_twice(gpt2):
    """Its scale is alpha by rank (Hu et al. 2021), and the labs' alpha is twice the rank."""
    model = models.load(gpt2, device="cpu").model
    _lora(model, Config(method="lora", rank=3))
    layer = model.transformer.h[0].attn.c_attn
    torch.nn.init.normal_(layer.lora_B["default"].weight)
    inputs = torch.randn(2, model.config.n_embd)
    added = layer.lora_B["default"](layer.lora_A["default"](inputs))
    expected = layer.base_layer(inputs) + 2 * added
    torch.testing.assert_close(layer(inputs), expected)


@pytest.mark.parametrize("kind", ["Mamba", "Mamba2", "FalconMamba"])
def test_lora_learns_in_a_mamba_too(kind):
    """The first matrix of each block: kernels take the others without what is beside them."""
    shape = {"vocab_size": 30, "hidden_size": 16, "num_hidden_layers": 2}
    if kind == "Mamba2":
        shape |= {"num_heads": 4, "head_dim": 8, "n_groups": 1}
    with seeded(0):
        model = getattr(transformers, f"{kind}ForCausalLM")(
            getattr(transformers, f"{kind}Config")(**shape)
        )
    _lora(model, Config(method="lora", rank=2))
    learning = trained(model)
    assert learning and all("lora_" in name for name in learning)
    assert all("in_proj" in name for name in learning)
    model(torch.arange(8)[None], labels=torch.arange(8)[None]).loss.backward()
    assert all(weight.grad is not None for weight in learning.values())
    assert type(merged(model).backbone.layers[0].mixer.in_proj) is torch.nn.Linear


@pytest.mark.parametrize("tokens", [4, 500])
def test_a_sample_goes_on_from_the_end_of_a_prompt_that_is_too_long(gpt2, tokens):
    m = models.load(gpt2, device="cpu")
    room = m.model.config.n_positions
    prompt = "once upon a time " * room
    text = sample(m.model, m.tokenizer, prompt, tokens, seed=0)
    end = m.tokenizer(prompt).input_ids[-max(room - tokens, room // 2) :]
    assert text.startswith(m.tokenizer.decode(end))
    assert len(text) > len(m.tokenizer.decode(end))
