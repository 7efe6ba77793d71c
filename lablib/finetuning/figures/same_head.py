"""What the same head panel shows of a result."""

from lablib.finetuning.compute.same_head import HeadChange
from lablib.numbers import percent


def head_words(found: HeadChange, layer: int, head: int) -> str:
    """How much of its attention a head has moved, which has moved most, and in which layers."""
    most = found.top(1)[0]
    others = "No head has moved more."
    if (layer, head) != most[:2]:
        others = f"Layer {most[0]}, head {most[1]} has moved most: {percent(most[2], 1)}."
    moved = percent(float(found.moved[layer, head]), 1)
    return (
        f"Layer {layer}, head {head} has moved {moved} of its attention elsewhere. {others} "
        f"{_layer_words(found)}"
    )


def _layer_words(found: HeadChange) -> str:
    """In which layers the heads moved least and most."""
    means = found.moved.mean(1)
    least, most = (
        f"layer {int(place)} has moved {how} ({percent(float(means[place]))})"
        for place, how in ((means.argmin(), "least"), (means.argmax(), "most"))
    )
    return f"By the mean of their heads, {least} and {most}."
