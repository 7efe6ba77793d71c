"""What the same head panel shows of a result."""

from lablib.finetuning.compute.same_head import HeadChange
from lablib.numbers import percent


def head_words(found: HeadChange, layer: int, head: int) -> str:
    """How much of its attention a head has moved, and which has moved most."""
    most = found.top(1)[0]
    others = found.moved.mean().item()
    moved = percent(float(found.moved[layer, head]), 1)
    said = (
        f"Layer {layer}, head {head} has moved {moved} of its attention elsewhere; the mean "
        f"over all heads is {percent(others, 1)}."
    )
    if (layer, head) == most[:2]:
        return f"{said} No head has moved more."
    return f"{said} Layer {most[0]}, head {most[1]} has moved most: {percent(most[2], 1)}."
