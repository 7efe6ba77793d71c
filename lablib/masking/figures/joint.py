"""What the joint panel shows of a result."""

from typing import Any

from lablib.masking.compute.joint import Filling, JointFill, Order
from lablib.masking.figures.shared import Column, factor, percent
from lablib.widgets.html import table
from lablib.widgets.tokens import visible


def _filling_row(filling: Filling, note: str) -> dict[str, Any]:
    words = " … ".join(filling.pieces)
    return {
        "text": visible(words).replace("␣", " "),
        "spoken": words,
        "value": filling.probability,
        "number": percent(filling.probability),
        "note": note,
    }


def joint_columns(orders: dict[Order, Filling], joint: JointFill) -> list[Column]:
    """A column for each way to fill several masks, all with the joint probability."""
    notes = {
        "independent": "All at once: no guess knows of another.",
        "left to right": "Each guess knows those before it.",
        "most certain first": "The surest gap first, then the text is read again.",
    }
    columns = [
        {
            "title": order.capitalize(),
            "note": notes[order],
            "rows": [_filling_row(filling, order)],
        }
        for order, filling in orders.items()
    ]
    sure = "Nothing better can have been missed." if joint.exact else "Others may be better still."
    best = [
        _filling_row(filling, f"combination {place + 1}")
        for place, filling in enumerate(joint.fillings)
    ]
    joined = {"title": "Joint", "note": f"The best of all combinations. {sure}", "rows": best}
    return [*columns, joined]


def joint_table(orders: dict[Order, Filling], joint: JointFill) -> str:
    """What each way promised and what its words are worth together, as HTML."""
    columns = [
        ("Way", "how the gaps were filled"),
        ("words", "in the order of the text"),
        ("promised", "the product of the probabilities as each guess saw them"),
        ("together", "the joint probability, from left to right"),
    ]
    fillings = [(order.capitalize(), filling) for order, filling in orders.items()]
    fillings += [("Joint", joint.fillings[0])]
    rows = [
        (name, " … ".join(f.pieces), percent(f.claimed), percent(f.probability))
        for name, f in fillings
    ]
    return table("What the guesses promise, and what they are worth together", columns, rows)


def clash_words(orders: dict[Order, Filling], joint: JointFill) -> str:
    """Whether independent guesses clash, in a sentence."""
    alone, best = orders["independent"], joint.fillings[0]
    if len(alone.ids) == 1:
        return "With one gap all ways are the same: hide a second word."
    if alone.ids == best.ids:
        return "Here the independent guesses happen to fit: they are the best combination too."
    gain = factor(best.log_probability - alone.log_probability)
    return (
        f"“{' … '.join(best.pieces)}” is {gain} as probable together as the independent "
        f"“{' … '.join(alone.pieces)}”: each of those guesses was made without the other."
    )
