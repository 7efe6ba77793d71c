"""What the ablation panel shows of a result."""

from lablib.attention.compute.ablation import Ablation, Sweep
from lablib.attention.compute.metrics import METRICS, HeadMetrics
from lablib.numbers import percent
from lablib.widgets.html import table
from lablib.widgets.tokens import number, visible


def changes_table(result: Ablation) -> str:
    """The probabilities before and after muting, as HTML."""
    columns = [
        ("Token", "what the model could say here"),
        ("all heads", "its probability with all heads"),
        ("muted", "its probability with the chosen heads muted"),
        ("change", "in percentage points"),
    ]
    rows = [
        (
            visible(change.text),
            percent(change.before, 1),
            percent(change.after, 1),
            number(round(100 * (change.after - change.before), 1) + 0.0),  # not minus zero
        )
        for change in result.changes
    ]
    last = result.position == len(result.tokens)
    return table("What could come next" if last else "What could be there", columns, rows)


def ablation_words(result: Ablation) -> str:
    """What muting changed, in a sentence or two."""
    if not result.heads:
        return "No head is muted. Click heads in the map to mute them."
    many = "1 head" if len(result.heads) == 1 else f"{len(result.heads)} heads"
    loss = (
        ""
        if result.loss_change != result.loss_change
        else f" On the whole text the loss goes from {result.loss_before:.3f} to "
        f"{result.loss_after:.3f} bits per token."
    )
    return f"With {many} muted, the prediction moves by {result.divergence:.3f} bits.{loss}"


def idle_words(layer: int, head: int, pattern: str, metrics: HeadMetrics, effects: Sweep) -> str:
    """A head with a striking pattern, and whether muting it has an effect, in a few sentences."""
    strength = float(getattr(metrics, pattern)[layer, head])
    moved = float(effects.divergence[layer, head])
    most = float(effects.divergence.max())
    matters = "This one matters after all." if moved > most / 5 else "So it hardly matters here."
    return (
        f"Layer {layer}, head {head} has a striking pattern: {METRICS[pattern].title.lower()}, "
        f"with {percent(strength)} of its attention. Muting it moves the prediction by {moved:.3f} "
        f"bits; the head that matters most moves it by {most:.3f}. {matters}"
    )
