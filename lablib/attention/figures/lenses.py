"""What the lenses panel shows: the errors of the lenses, and a token's path through the layers."""

from typing import Literal

from torch import Tensor

from lablib.attention.compute.lenses import LENSES, Lenses, LensName, LensPath
from lablib.attention.figures.shared import Cell, grid
from lablib.numbers import percent
from lablib.widgets.plot import LEGEND, Plot, marked_line
from lablib.widgets.tokens import visible

HEIGHT = 250
NAMES: dict[LensName, str] = {
    "logit": "logit lens",
    "jacobian": "Jacobian lens",
    "tuned": "tuned lens",
}
Measure = Literal["divergence", "agreement"]
MEASURES: dict[str, Measure] = {
    "Divergence": "divergence",
    "Same first choice": "agreement",
}
"""What a person chooses between, and the error it stands for."""


def lens_plot(hover: str) -> Plot:
    """An empty plot with a line for each lens; `draw_errors` or `draw_path` fills it.

    Args:
        hover: what is said at a point, as plotly has it.
    """
    said = f"%{{x}}: {hover}<extra>%{{fullData.name}}</extra>"
    lines = [
        marked_line(number, NAMES[lens], cliponaxis=False, hovertemplate=said)
        for number, lens in enumerate(LENSES)
    ]
    axis = {"title": {"text": "after layer"}, "type": "category"}
    return Plot(lines, height=HEIGHT, xaxis=axis, yaxis={}, legend=LEGEND, showlegend=True)


def _draw(plot: Plot, values: dict[LensName, Tensor], found: Lenses) -> None:
    """Put the values of the lenses that are fitted into the plot, layer by layer."""
    for line, lens in zip(plot.data, LENSES, strict=True):
        line.x = [_layer(place) for place in range(len(values[lens]))]
        line.y = values[lens].tolist() if found.known(lens) else [None] * len(values[lens])


def draw_errors(plot: Plot, found: Lenses, measure: Measure) -> None:
    """Put what is known of an error into the plot; not the last layer, where no lens errs."""
    is_divergence = measure == "divergence"
    with plot.batch_update():
        _draw(plot, getattr(found, measure), found)
        axis = plot.layout.yaxis
        axis.type = "log" if is_divergence else "linear"
        axis.range = None if is_divergence else [0, 1]
        axis.tickformat = "~g" if is_divergence else ".0%"
        axis.title.text = "divergence (nats)" if is_divergence else "same first choice"


def draw_path(plot: Plot, path: LensPath, found: Lenses) -> None:
    """Put a token's probability by layer into the plot, for the lenses that are fitted."""
    with plot.batch_update():
        _draw(plot, path.probabilities, found)
        plot.layout.yaxis.title.text = f"probability of ‘{visible(path.text)}’"
        plot.layout.yaxis.tickformat, plot.layout.yaxis.rangemode = "~%", "tozero"


def _layer(place: int) -> str:
    """The name of a row of a lens.

    >>> _layer(0), _layer(1)
    ('none', '0')
    """
    return str(place - 1) if place else "none"


def path_table(path: LensPath, found: Lenses) -> str:
    """What each lens that is fitted finds the likeliest after each layer, as HTML; the darker, the
    more probable it finds the token that is followed.
    """
    columns = ["after layer", *(_layer(place) for place in range(len(path.best["logit"])))]
    rows = [
        (
            NAMES[lens],
            [
                Cell(visible(text), float(p), f"‘{visible(path.text)}’: {percent(float(p), 1)}")
                for text, p in zip(path.best[lens], path.probabilities[lens], strict=True)
            ],
        )
        for lens in LENSES
        if found.known(lens)
    ]
    return grid("The likeliest token after each layer, at the end of the text", columns, rows)


def lenses_words(found: Lenses) -> str:
    """Which lens is least off on average, how far the others are, and what that was measured on."""
    known = [lens for lens in LENSES if found.known(lens)]
    if not known:
        return ""
    off = {lens: float(found.divergence[lens].mean()) for lens in known}
    ranked = sorted(known, key=lambda lens: off[lens])
    others = "; ".join(f"{NAMES[lens]} {off[lens]:.2f}" for lens in ranked[1:])
    beside = f" ({others})" if others else ""
    return (
        f"Least off is the {NAMES[ranked[0]]}: over all layers {off[ranked[0]]:.2f} nats from what "
        f"the model says{beside}. Measured on {found.measured:,} tokens that no lens was fitted "
        f"to. {_fits(found)}"
    )


def _fits(found: Lenses) -> str:
    """On how much the lenses were fitted."""
    if not found.fitted:
        return ""
    many = f"{found.passages} passage{'s' if found.passages != 1 else ''}"
    jacobian = f"; the Jacobian is a mean over {many}" if found.passages else ""
    return f"The tuned lens was fitted on {found.fitted:,} tokens{jacobian}."
