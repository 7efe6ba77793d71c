"""One model, several tasks: the beginning of the text says which (Raffel et al. 2020, "Exploring
the Limits of Transfer Learning with a Unified Text-to-Text Transformer").
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lablib.models import LoadedModel
from lablib.seq2seq.compute.translation import MOST_TOKENS, Translation, translate
from lablib.training.made_up import MADE_UP
from lablib.unicode import well_formed

POCKET_PREFIXES = (
    "translate English to French: ",
    "translate English to Chinese: ",
    *(f"{task}: " for task in MADE_UP),
)
"""The tasks pocket-t5 has learned, as its texts begin."""


@dataclass(frozen=True)
class Architecture:
    """Which kind of model a task is for.

    Attributes:
        task: what is to be done.
        family: "encoder", "decoder" or "encoder and decoder".
        why: in a sentence.
        here: where these labs do it.
    """

    task: str
    family: str
    why: str
    here: str


ARCHITECTURES = (
    Architecture(
        "translation",
        "encoder and decoder",
        "The source is all there, and is read from both sides; the target comes word by word.",
        "this lab",
    ),
    Architecture(
        "summarisation",
        "encoder and decoder",
        "As translation: one text in, a shorter one out. Large decoders do it too, from a prompt.",
        "this lab, with a T5 or BART of the hub",
    ),
    Architecture(
        "question answering, from a text",
        "encoder",
        "The answer is a piece of the text: two scores for each token, begin and end, say which.",
        "",
    ),
    Architecture(
        "question answering, in one’s own words",
        "encoder and decoder",
        "The answer has to be written, after reading question and text.",
        "this lab, with a T5 of the hub",
    ),
    Architecture(
        "dialogue",
        "decoder",
        "What was said so far is the beginning of one long text that goes on.",
        "labs 00 and 06",
    ),
    Architecture(
        "extraction: names, labels",
        "encoder",
        "Each token, or the whole text, gets a label, and both sides help to find it.",
        "lab 07",
    ),
    Architecture(
        "code",
        "decoder",
        "Code is continued from the code before it; what comes after may be given, too.",
        "lab 06, with a code model of the hub",
    ),
)
"""Which architecture is used for which task, as a rule: large decoders do nearly all of them."""


def prefixes(m: LoadedModel) -> tuple[str, ...]:
    """How the texts of a model's tasks begin: as its settings say, else those of pocket-t5.

    Example:
        >>> from lablib import models, seq2seq as ss
        >>> ss.prefixes(models.load("pocket-t5", device="cpu"))[0]
        'translate English to French: '
    """
    told: dict[str, Any] = getattr(m.model.config, "task_specific_params", None) or {}
    own = [settings["prefix"] for settings in told.values() if settings.get("prefix")]
    return tuple(own) or POCKET_PREFIXES


def by_prefix(
    m: LoadedModel, text: str, beginnings: Sequence[str], most: int = MOST_TOKENS
) -> Iterator[tuple[str, Translation]]:
    """What the model makes of the same text under each prefix.

    Raises:
        ValueError: see `translate`.

    Example:
        >>> from lablib import models, seq2seq as ss
        >>> m = models.load("pocket-t5", device="cpu")
        >>> [prefix for prefix, _ in ss.by_prefix(m, "the cat", ["plural: ", "past: "])]
        ['plural: ', 'past: ']
    """
    for beginning in beginnings:
        yield beginning, translate(m, beginning + well_formed(text), most=most)
