"""What the positions panel shows of a result."""

from torch import Tensor

from lablib.attention.compute.positions import Shuffle, products_by_distance
from lablib.numbers import percent
from lablib.widgets.html import fill
from lablib.widgets.tokens import number

_POSITIONS = """<svg role="img" aria-label="{label}" viewBox="0 0 920 330" width="100%"
style="max-width: 920px; font: 13px var(--jp-ui-font-family)" fill="currentColor">
<text x="50" y="16">position (down), first numbers of its vector (across): blue below 0</text>
<g transform="translate(50 30) scale({scale})" shape-rendering="crispEdges">{cells}</g>
<text x="42" y="42" text-anchor="end">0</text>
<text x="42" y="310" text-anchor="end">{last}</text>
<text x="560" y="16">product of two positions, by their distance</text>
<g stroke="currentColor" stroke-opacity="0.25"><path d="M560 30H900M560 170H900M560 310H900"/></g>
<text x="552" y="35" text-anchor="end">1</text>
<text x="552" y="175" text-anchor="end">0</text>
<text x="552" y="315" text-anchor="end">−1</text>
<polyline points="{line}" fill="none" stroke="#0072b2" stroke-width="2"/>
<text x="560" y="328">0</text><text x="900" y="328" text-anchor="end">{furthest}</text>
</svg>"""


_SIGNS = {False: "#0072b2", True: "#d55e00"}
"""For a number above zero (True) or below: two colours that colour-blind people tell apart."""


def positions_picture(vectors: Tensor) -> str:
    """Position vectors [position, width] as a picture of their first numbers, as many as there are
    positions, and their products by distance as a line, in one SVG.
    """
    shown = vectors[:, : len(vectors)]
    strength = shown / shown.abs().max()
    cells = "".join(
        f'<rect x="{x}" y="{y}" width="1" height="1" fill="{_SIGNS[value > 0]}" '
        f'fill-opacity="{abs(value):.2f}"/>'
        for y, row in enumerate(strength.tolist())
        for x, value in enumerate(row)
    )
    products = _products(vectors)
    heights = 170 - 140 * products.clamp(-1, 1)
    step = 340 / max(len(products) - 1, 1)
    line = " ".join(f"{560 + step * i:.1f},{y:.1f}" for i, y in enumerate(heights.tolist()))
    picture = _POSITIONS.replace("{cells}", cells).replace("{line}", line)
    label, scale = positions_words(vectors), 280 / len(vectors)
    places = {"last": len(vectors) - 1, "furthest": len(products) - 1}
    return fill(picture, label=label, scale=f"{scale:.3f}", **places)


def _products(vectors: Tensor) -> Tensor:
    """The mean product of two positions by their distance, as a share of that at distance 0; up to
    half the way, because few pairs are further apart.
    """
    products = products_by_distance(vectors)
    return products[: len(products) // 2 + 1] / products[0]


def positions_words(vectors: Tensor) -> str:
    """How alike near and far positions are, in a sentence.

    >>> import torch
    >>> print(positions_words(torch.eye(12)))
    Beside the product of a position with itself, that of neighbours is 0 and that of positions
    6 apart is 0.
    """
    products = _products(vectors)
    near, far = (number(round(float(products[i]), 2)) for i in (1, -1))
    return (
        f"Beside the product of a position with itself, that of neighbours is {near} and that of "
        f"positions {len(products) - 1} apart is {far}."
    )


def shuffle_words(with_positions: Shuffle, without: Shuffle) -> str:
    """Whether attention noticed that the words changed places, in a sentence or two."""
    told, untold = (float(each.noticed.mean()) for each in (with_positions, without))
    noticed = (
        "does not notice at all" if untold < 5e-4 else f"moves {percent(untold, 1)} of its weight"
    )
    mask = (
        " It still has its causal mask, which lets each token see others than before."
        if with_positions.before.kind == "causal" and without.masked
        else ""
    )
    return (
        f"With positions, the shuffle moves {percent(told, 1)} of the attention, on average over "
        f"all heads and tokens. Without them, attention {noticed}.{mask}"
    )
