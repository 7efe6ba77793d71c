"""What the ablation panel shows of a result."""

from lablib.attention.compute.ablation import Ablation, Sweep
from lablib.attention.compute.metrics import METRICS, HeadMetrics
from lablib.numbers import percent
from lablib.widgets.html import table
from lablib.widgets.tokens import visible


def changes_table(result: Ablation) -> str:
    """The probabilities before and after muting, as HTML."""
    columns = [
        ("Token", "what the model could say here"),
        ("all heads", "its probability with all heads"),
        ("muted", "its probability with the chosen heads muted"),
        ("change (points)", "in percentage points, of the numbers beside it"),
    ]
    rows = [
        (
            visible(change.text),
            percent(change.before, 1),
            percent(change.after, 1),
            _points(change.before, change.after),
        )
        for change in result.changes
    ]
    last = result.position == len(result.tokens)
    return table("What could come next" if last else "What could be there", columns, rows)


def _points(before: float, after: float) -> str:
    """The change of a share in percentage points, as far as the shares are written out: a change of
    0 beside 1.5 % and 1.6 % would look wrong.

    >>> _points(0.01545, 0.01555), _points(0.0849, 0.0646), _points(0.01545, 0.01537)
    ('0.1', '−2.0', '0.0')
    """
    change = round(100 * after, 1) - round(100 * before, 1)
    return f"{round(change, 1) + 0.0:.1f}".replace("-", "−")  # not minus zero


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
    strength, title = float(getattr(metrics, pattern)[layer, head]), METRICS[pattern].title
    moved = float(effects.divergence[layer, head])
    most = float(effects.divergence.max())
    matters = "This one matters after all." if moved > most / 5 else "So it hardly matters here."
    return (
        f"Layer {layer}, head {head} has a striking pattern: it scores {percent(strength)} for "
        f"{title.lower()}. Muting it moves the prediction by {moved:.3f} bits; the head "
        f"that matters most moves it by {most:.3f}. {matters}"
    )
