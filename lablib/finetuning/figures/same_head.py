"""What the same head panel shows of a result."""

from lablib.finetuning.compute.same_head import HeadChange
from lablib.numbers import percent


def head_words(found: HeadChange, layer: int, head: int) -> str:
    """How much of its attention a head has moved, which has moved most, and in which layers."""
    (first, best, moved), own = found.top(1)[0], float(found.moved[layer, head])
    others = f"layer {first}, head {best} most: {percent(moved, 1)}"
    if (layer, head) == (first, best):
        others = "no head more"
    means = found.moved.mean(1).tolist()
    ends = (f"{percent(share)} (layer {means.index(share)})" for share in (min(means), max(means)))
    return (
        f"Layer {layer}, head {head} moved {percent(own, 1)} of its attention elsewhere, {others}. "
        f"By layer it is {' to '.join(ends)}."
    )
