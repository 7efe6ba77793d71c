"""What a run leaves behind, for every task and method: it is the model that learned, everywhere."""

import pytest
import torch
import transformers

from lablib import masking as mk
from lablib import models
from lablib import sampling as sp
from lablib import transfer as tr
from lablib.models.card import Kind
from lablib.training.config import Config
from lablib.training.engine import fit, setup, validate
from lablib.training.methods import METHODS
from lablib.training.run import Run
from lablib.training.tasks import inputs

TEXT = "The lamp is lit at dusk, and put out at dawn. The keeper sleeps by day.\n" * 12
LABELLED = "text,label\n" + "".join(
    f"{'good' if i % 2 else 'bad'} day {i},{'plus' if i % 2 else 'minus'}\n" for i in range(16)
)
PAIRS = "source,target\n" + "yes,no\nwarm,cold\nup,down\n" * 6
CASES = [
    *(("causal", "gpt2", TEXT, method) for method in METHODS),
    *(("masked", "pocket-bert", TEXT, method) for method in METHODS),
    *(("classification", "gpt2", LABELLED, method) for method in METHODS),
    *(("classification", "pocket-bert", LABELLED, method) for method in METHODS),
    *(("sequence", "t5", PAIRS, method) for method in METHODS),
]
KINDS: dict[str, Kind] = {
    "causal": "causal", "masked": "masked", "classification": "classifier", "sequence": "seq2seq",
}  # fmt: skip


def learned(task, model, text, method, folder):
    """A finished run of two steps, as it was in memory and from its folder."""
    config = Config(
        model, text, task, method, steps=2, batch=4, length=16, heldout=0.25, rank=2,
        learning_rate=3e-2, last_blocks=1, device="cpu", precision="fp32",
    )  # fmt: skip
    state = setup(config, folder)
    *_, last = fit(state)
    return state, last, Run.open(folder)


@torch.no_grad()
def outputs(model, state):
    """What a model makes of the first held-out rows, [rows, …]."""
    batch = inputs(state.task.batch([0, 1], "heldout"))
    late = (
        {"decoder_input_ids": batch["input_ids"][:, :3]} if model.config.is_encoder_decoder else {}
    )
    return model.eval()(**batch, **late)[0].float()


def opens_elsewhere(task, run):
    """The labs for such a model take it."""
    if task == "causal":
        assert len(list(sp.generate(run.load(), "The lamp", sp.Knobs(), 0, 2))) == 2
    if task == "masked":
        assert len(mk.fill(run.load(), "The lamp is [MASK] at dusk.", k=3).guesses[0]) == 3
    if task == "classification":
        classifier = tr.load_classifier(run.result)
        assert classifier.names == ("minus", "plus")
        assert tr.predict(classifier, ["good day"])[0].names == classifier.names
    if task == "sequence":
        assert models.load(run.result).card.kind == "seq2seq"


@pytest.mark.parametrize(("task", "model", "text", "method"), CASES)
def test_what_is_loaded_and_measured_is_what_learned(request, tmp_path, task, model, text, method):
    name = model if model.startswith("pocket") else request.getfixturevalue(model)
    if method == "head" and task in ("causal", "sequence"):
        with pytest.raises(ValueError, match="leaves nothing to learn"):
            learned(task, name, text, method, tmp_path)
        return
    state, last, run = learned(task, name, text, method, tmp_path)
    expected = outputs(state.model, state)  # LoRA's factors beside their matrices
    loaded = run.load()
    assert loaded.card.kind == KINDS[task]
    assert torch.allclose(outputs(loaded.model, state), expected, atol=1e-5)
    # As transformers opens it by itself, with the class that its configuration names.
    theirs = getattr(transformers, loaded.model.config.architectures[0])
    assert torch.allclose(outputs(theirs.from_pretrained(run.result), state), expected, atol=1e-5)
    measured = run.evaluate()
    assert measured.measures == pytest.approx(last.measures, rel=1e-4)
    assert measured.measures == pytest.approx(validate(state).measures, rel=1e-4)
    assert measured.step == last.step == 2
    opens_elsewhere(task, run)
