"""What the scale panel shows of a result."""

import math
from collections.abc import Mapping
from typing import Any

from lablib.foundations.compute.devices import DAY, HOUR, TrainingCost
from lablib.foundations.compute.known import BEST_RATIO, KNOWN
from lablib.foundations.compute.scale import (
    PRECISIONS,
    TRAINABLE,
    Shape,
    serving_memory,
    training_memory,
)
from lablib.foundations.figures.shared import line
from lablib.numbers import percent
from lablib.widgets.html import table
from lablib.widgets.plot import COLOURS, LEGEND, Plot
from lablib.widgets.tokens import number, scientific

LEAST, MOST = 1e6, 1e12


BESIDE = {
    "BERT base": "top left",
    "BERT large": "top right",
    "LLaMA 7B": "middle left",
    "LLaMA 65B": "middle left",
    "Chinchilla": "bottom right",
    "GPT-3": "bottom left",
    "Gopher": "bottom right",
    "PaLM": "top left",
}
"""Where the name of a model stands that would lie on another's; the others' are above."""


NO_TOKENS = 3e6
"""Where a model stands whose tokens are not known."""


def large(value: float) -> str:
    """A large number with its word.

    >>> large(124439808), large(1.4e12), large(950)
    ('124 million', '1.4 trillion', '950')
    """
    for size, word in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"), (1e3, "thousand")):
        if value >= size:
            return f"{value / size:.3g} {word}"
    return f"{value:.3g}"


def gigabytes(value: float) -> str:
    """Bytes for people.

    >>> gigabytes(2.5e12), gigabytes(3e9), gigabytes(2e6)
    ('2,500 GB', '3 GB', '0.002 GB')
    """
    size = value / 1e9
    return f"{size:,.0f} GB" if size >= 100 else f"{size:.3g} GB"


def duration(seconds: float) -> str:
    """A time for people.

    >>> duration(20), duration(7200), duration(86400 * 40), duration(86400 * 3650)
    ('20 seconds', '2 hours', '40 days', '10 years')
    """
    for unit, word in ((365 * DAY, "years"), (DAY, "days"), (HOUR, "hours"), (60, "minutes")):
        if seconds >= 2 * unit:
            return f"{seconds / unit:,.3g} {word}"
    return f"{seconds:.3g} seconds"


def scale_plot() -> Plot:
    """Known models by parameters and tokens, both on scales of powers of ten, and an empty mark for
    the model that is thought of.
    """
    told = [model for model in KNOWN if model.tokens]
    rest = [model for model in KNOWN if not model.tokens]
    names: dict[str, Any] = {"textfont": {"size": 11}, "hoverinfo": "text"}
    ratio = f"{BEST_RATIO} tokens for each parameter"
    own = {"symbol": "star", "size": 18, "color": COLOURS[1]}
    return Plot(
        [
            line(2, ratio, x=[LEAST, MOST], y=[BEST_RATIO * LEAST, BEST_RATIO * MOST]),
            line(0, "known models", mode="markers+text", **names,
                 x=[model.parameters for model in told], y=[model.tokens for model in told],
                 text=[model.name for model in told],
                 textposition=[BESIDE.get(model.name, "top center") for model in told],
                 hovertext=[f"{model.name}, {model.year}: {model.source}" for model in told]),
            line(3, "GPT-2, tokens not published", mode="markers+text", **names,
                 x=[model.parameters for model in rest], y=[NO_TOKENS] * len(rest),
                 text=[model.name.removeprefix("GPT-2 ") for model in rest],
                 textposition=["bottom center", "top center"] * (len(rest) // 2),
                 hovertext=[f"{model.name}, {model.year}: {model.source}" for model in rest]),
            line(1, "yours", mode="markers", marker=own),
        ],
        height=400,
        showlegend=True,
        xaxis={"title": "parameters", "type": "log", "range": [6, 12.3]},
        yaxis={"title": "tokens read in training", "type": "log", "range": [6, 14]},
        legend=LEGEND,
    )  # fmt: skip


def draw_scale(plot: Plot, parameters: float, tokens: float) -> None:
    """Move the mark of the model that is thought of."""
    with plot.batch_update():
        plot.data[-1].x, plot.data[-1].y = [parameters], [tokens]


def scale_words(shape: Shape, tokens: float, flops: float, bill: TrainingCost, devices: str) -> str:
    """What this model is and takes, in a few sentences."""
    ratio = tokens / shape.parameters
    near = min(KNOWN, key=lambda model: abs(math.log(model.parameters / shape.parameters)))
    alike = 0.8 < near.parameters / shape.parameters < 1.25
    much = "less text than" if ratio < BEST_RATIO / 2 else "more text than"
    if BEST_RATIO / 2 <= ratio <= 2 * BEST_RATIO:
        much = "about as much text as"
    return (
        f"{shape.parameters:,} parameters ({large(shape.parameters)})."
        f"{f' As large as {near.name}.' if alike else ''} {large(tokens)} tokens are "
        f"{number(ratio)} for each parameter, {much} the {BEST_RATIO} that make the best of a "
        f"given amount of computation. Training takes {scientific(flops)} operations: "
        f"{duration(bill.seconds)} on {devices}, {bill.kilowatt_hours:,.3g} kWh, "
        f"{bill.dollars:,.0f} dollars."
    )


def parts_table(shape: Shape) -> str:
    """Where the parameters are, as HTML."""
    rows = [
        (name, f"{count:,}", percent(count / shape.parameters, 1))
        for name, count in shape.parts.items()
    ]
    columns = [("Part", "of the model"), ("parameters", "how many"), ("share", "of all")]
    return table("Where the parameters are", columns, rows)


def memory_table(shape: Shape, batch: int, room: float) -> str:
    """Memory in each precision, for training and for serving, as HTML.

    Args:
        room: gigabytes of one device.
    """
    rows = []
    for precision in PRECISIONS:
        served = serving_memory(shape, precision)
        learned = training_memory(shape, precision, batch) if precision in TRAINABLE else {}
        rows.append(
            (
                precision,
                gigabytes(served["weights"]),
                _fits(served, room),
                _fits(learned, room) if learned else "–",
                gigabytes(learned["activations"]) if learned else "–",
            )
        )
    columns = [
        ("Precision", "of the weights"),
        ("weights", "alone"),
        ("to serve", "weights, and keys and values of one text of full length"),
        ("to train", f"weights, gradients, AdamW and the activations of {batch} texts"),
        ("activations", "of these, what the batch takes"),
    ]
    return table(f"Memory; one device has {room:g} GB", columns, rows)


def _fits(parts: Mapping[str, float], room: float) -> str:
    total = sum(parts.values())
    devices = -(-total // (room * 1e9))
    return f"{gigabytes(total)}, {'fits' if devices <= 1 else f'{devices:,.0f} devices'}"


def known_table() -> str:
    """The known models with their sources, as HTML."""
    columns = [
        ("Model", ""),
        ("year", "when it came out"),
        ("parameters", "how many"),
        ("tokens", "read in training"),
        ("source", "where this is written"),
    ]
    rows = [
        (
            model.name,
            model.year,
            large(model.parameters),
            large(model.tokens) if model.tokens else "not published",
            model.source,
        )
        for model in KNOWN
    ]
    return table("Models that are marked", columns, rows, words=(0, 4))
