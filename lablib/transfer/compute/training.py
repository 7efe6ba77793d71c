"""Fine-tuning an encoder to classify: the shared engine, on a labelled set.

Three parts of the data, three purposes: from the first the model learns; the second is watched
while it does, and may decide when to stop; the third, the test part, is asked once, at the end.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import torch

from lablib.training.config import Config, check
from lablib.transfer.compute.classifier import Classifier
from lablib.transfer.compute.data import Examples, LabelledSet

if TYPE_CHECKING:
    from lablib.training.state import State

_COMMON = Config(
    model="minilm", task="classification", length=48, evaluate_every=0, precision="fp32"
)
RECIPES: dict[str, Config] = {
    "source": replace(_COMMON, batch=32, learning_rate=2e-5, epochs=3.0),
    "short": replace(_COMMON, batch=16, learning_rate=1e-4, epochs=5.0, warmup=8),
}
"""Settings to start from. "source" is BERT's own (Devlin et al. 2019: batch 32, learning rate 2e-5,
3 epochs), made for sets of thousands of texts: on 256 it makes 24 small steps and hardly begins.
"short" makes more and larger ones, and suits a few hundred texts."""


def recipe(name: str = "short", **changes: Any) -> Config:
    """One of the `RECIPES`, with some settings changed.

    Raises:
        ValueError: if there is none of that name.

    >>> recipe("source", seed=1).learning_rate
    2e-05
    """
    if name not in RECIPES:
        raise ValueError(f"There is no recipe {name!r}: choose {' or '.join(RECIPES)}.")
    return replace(RECIPES[name], **changes)


@dataclass(frozen=True, eq=False)
class Training:
    """Where a training stands.

    Attributes:
        step: steps done; 0 is before the first.
        total: how many there will be.
        epoch: how often the texts were gone through, with the fraction.
        loss: on the last batch, in nats; None before the first step.
        val_loss, accuracy: on the part that is watched; None where it was not asked.
        classifier: what came of it; None before the last step.
    """

    step: int
    total: int
    epoch: float
    loss: float | None
    val_loss: float | None
    accuracy: float | None
    classifier: Classifier | None = field(default=None, repr=False)


def fine_tune(
    labelled: LabelledSet,
    config: Config | None = None,
    val_share: float = 0.2,
    learn_from: Examples | None = None,
) -> Iterator[Training]:
    """Teach an encoder to tell the classes of a set apart, yielding where it stands at each step.

    Args:
        config: its settings, see `recipe`; None for "short". Text and labels are the set's.
        val_share: share of the training part that is watched and not learned from; 0 for none.
        learn_from: what to learn from, with nothing watched, in the place of the training part.

    Raises:
        ValueError: if the settings or the model cannot do it, in a sentence.

    Example: one step of 4 texts; of 20, a fifth is watched.
        >>> from lablib.transfer.compute.data import read_labelled
        >>> labelled = read_labelled("sentiment")
        >>> few = replace(labelled, train=labelled.train.take(range(20)))
        >>> before, after = fine_tune(few, recipe(model="pocket-bert", steps=1, batch=4, length=16))
        >>> before.loss, before.classifier, after.epoch, after.classifier.names
        (None, None, 0.25, ('positive', 'negative'))
    """
    from lablib.training.engine import fit, setup, take_best
    from lablib.training.tasks import classification_task, open_model

    config = config or recipe()
    learn, watched = _learned_and_watched(labelled, val_share, learn_from)
    epoch = -(-len(learn) // config.batch)
    config = replace(
        config,
        labels=labelled.names,
        heldout=val_share if len(watched) else 0.0,
        evaluate_every=config.evaluate_every or max(epoch // 4, 1),
    )
    # The worker of the panels forbids gradients; what is made here has to carry some.
    with torch.inference_mode(False):
        check(config)
        parts = (_pairs(part, labelled.names) for part in (learn, watched))
        state = setup(config, task=classification_task(config, open_model(config), *parts))
    for record in fit(state):
        if state.is_done:
            take_best(state)
        yield Training(
            step=record.step,
            total=state.total,
            epoch=record.step * config.batch / len(learn),
            loss=record.loss,
            val_loss=record.heldout_loss,
            accuracy=(record.measures or {}).get("accuracy"),
            classifier=_result(state, config) if state.is_done else None,
        )


def _learned_and_watched(
    labelled: LabelledSet, val_share: float, learn_from: Examples | None
) -> tuple[Examples, Examples]:
    """What is learned from, and what is only watched."""
    if learn_from is None and val_share:
        return labelled.divided(val_share)
    return labelled.train if learn_from is None else learn_from, Examples((), ())


def _pairs(examples: Examples, names: Sequence[str]) -> list[tuple[str, ...]]:
    """Texts with the names of their classes; one without a text has nothing to be told apart by.

    >>> _pairs(Examples(("Fine.", " "), (1, 0)), ("no", "yes"))
    [('Fine.', 'yes')]
    """
    return [(text, names[label]) for text, label in examples if text.strip()]


@torch.inference_mode(False)
def _result(state: "State", config: Config) -> Classifier:
    """The model as `transformers` saves it: what LoRA learned is added to its matrices."""
    from lablib.training.methods import merged

    return Classifier(merged(state.model).eval(), state.tokenizer, config.labels, config.length)
