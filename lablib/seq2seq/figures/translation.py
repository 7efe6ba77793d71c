"""What the translation panel shows of a result."""

from typing import Any

from torch import Tensor

from lablib.numbers import percent
from lablib.seq2seq.compute.translation import TargetStep, Translation
from lablib.widgets.html import escape
from lablib.widgets.plot import Plot
from lablib.widgets.tokens import number, shortened, spoken, visible

LONGEST = 12
"""The most letters of a token that have room beside the matrix."""


def alignment_plot() -> Plot:
    """An empty matrix, what is written × what is read; `draw_alignment` fills it."""
    cells = {
        "type": "heatmap", "zmin": 0, "zmax": 1, "colorscale": "Viridis", "showscale": False,
        "hovertemplate": "row %{y}, column %{x}: %{z:.3f}<extra></extra>",
    }  # fmt: skip
    return Plot(
        [cells],
        height=250,
        xaxis={"showgrid": False, "side": "top", "tickangle": -45},
        yaxis={"showgrid": False, "autorange": "reversed"},
    )


def draw_alignment(plot: Plot, found: Translation, weights: Tensor, chosen: int) -> None:
    """Put a matrix [target, source] into the plot, and frame the row of the chosen token."""
    names = ([_short(text) for text in side] for side in (found.source.tokens, found.tokens))
    with plot.batch_update():
        plot.data[0].z = weights.numpy()
        for axis, texts in zip((plot.layout.xaxis, plot.layout.yaxis), names, strict=True):
            axis.tickvals, axis.ticktext = list(range(len(texts))), texts
        plot.layout.shapes = [
            {
                "type": "rect", "x0": -0.5, "x1": weights.shape[1] - 0.5, "y0": chosen - 0.5,
                "y1": chosen + 0.5, "line": {"color": "#d55e00", "width": 2},
            }
        ]  # fmt: skip


def token_name(text: str) -> str:
    """A token as it is shown; one that only begins a word decodes to nothing, and is a space.

    >>> token_name("a b"), token_name("")
    ('a␣b', '␣')
    """
    return visible(text or " ")


def _short(text: str) -> str:
    """A token as the name of a row; plotly reads tags in it, so it is escaped.

    >>> _short(" anticonstitutionally"), _short("</s>")
    ('␣anticonsti…', '&lt;/s&gt;')
    """
    return escape(shortened(token_name(text), LONGEST))


def step_column(step: TargetStep) -> dict[str, Any]:
    """What could have stood there, as a column of a `GuessView`."""
    rows = [
        {
            "text": token_name(each.text), "spoken": spoken(each.text), "value": each.probability,
            "number": percent(each.probability, 1), "mark": each.id == step.id,
        }
        for each in step.alternatives
    ]  # fmt: skip
    return {"title": f"Instead of ‘{token_name(step.text)}’", "note": "", "rows": rows}


def looked_words(found: Translation, weights: Tensor, chosen: int) -> str:
    """Where the chosen token looked most."""
    place = int(weights[chosen].argmax())
    step = found.steps[chosen]
    return (
        f"To write ‘{token_name(step.text)}’ ({percent(step.probability, 1)}) it looked most at "
        f"‘{token_name(found.source.tokens[place])}’, with "
        f"{percent(float(weights[chosen, place]))} of the attention."
    )


def translation_words(found: Translation) -> str:
    """How good the model thinks its text is, and whether it ended it."""
    end = "" if found.ended else " It was stopped before it had ended."
    tokens = "1 token" if len(found.steps) == 1 else f"{len(found.steps)} tokens"
    return f"{tokens}, score {number(found.score)}.{end}"
