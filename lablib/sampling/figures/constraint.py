"""What the constraint panel shows of a result."""

import math
from collections.abc import Sequence

from lablib.sampling.compute.generation import Step
from lablib.sampling.figures.block_list import share
from lablib.widgets.html import scrolling, table
from lablib.widgets.tokens import number, power_of_ten, visible


def probability_words(free: Sequence[Step], held: Sequence[Step]) -> str:
    """How probable the model finds both texts, by itself, without the constraint."""
    if not free or not held:
        return ""
    return (
        f"By the model alone the free text has a probability of {_power(free)} "
        f"({_bits(free)} bits per token), the other one {_power(held)} "
        f"({_bits(held)} bits per token)."
    )


def _power(steps: Sequence[Step]) -> str:
    return power_of_ten(round(steps[-1].cumulative / math.log(10)))


def _bits(steps: Sequence[Step]) -> str:
    return number(sum(step.surprisal for step in steps) / len(steps))


def end_words(held: Sequence[Step], matched: bool) -> str:
    """Whether the text has the wanted form, or was cut off before."""
    if matched:
        return "The text has the form."
    tokens = "1 token" if len(held) == 1 else f"{len(held)} tokens"
    return f"The text is cut off after {tokens}, before it has the form: allow more."


def steps_table(steps: Sequence[Step], size: int) -> str:
    """What the constraint took away at each token, as HTML.

    Args:
        size: how many tokens the model has.
    """
    columns = [
        ("Token", "what was written"),
        ("allowed", "tokens that can still become a text of the form"),
        ("taken away", "the probability of all other tokens"),
        ("the model's own choice", "its most probable token"),
        ("with", "its probability"),
    ]
    rows = [
        (
            visible(step.text) or f"({step.end or 'part of a character'})",
            f"{size - len(step.banned):,}",
            share(step.banned_mass),
            visible(step.alternatives[0].text),
            share(step.alternatives[0].probability),
        )
        for step in steps
    ]
    return scrolling(table("Step by step", columns, rows, words=(0, 3)), "Step by step", 320)
