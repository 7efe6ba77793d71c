"""What the patching panel shows of a result."""

from lablib.numbers import percent
from lablib.transformer.compute.patching import Patching
from lablib.widgets.html import table
from lablib.widgets.plot import Plot
from lablib.widgets.tokens import number, visible

HEIGHT = 300
SHARES = [
    [0, "rgba(0, 114, 178, 0.7)"], [0.5, "rgba(128, 128, 128, 0.08)"], [1, "rgba(213, 94, 0, 0.7)"],
]  # fmt: skip
"""Blue below zero, vermilion above. The page shows through, so its own ink can be read on all."""
WRITTEN = 160
"""Up to so many cells have their number in them; of more they stand in the tooltips."""
SAID = {
    "residual": "the stream before block {layer}, at {where}",
    "attention": "what attention adds in block {layer}, at {where}",
    "feed-forward": "what the feed-forward adds in block {layer}, at {where}",
    "heads": "the output of head {where} of layer {layer}",
}
"""A patch in words, by what was patched."""


def patching_plot() -> Plot:
    """An empty plot of layers × places, or × heads; `draw_patching` fills it."""
    cells = {
        "type": "heatmap", "zmin": -1, "zmid": 0, "zmax": 1, "colorscale": SHARES,
        "xgap": 1, "ygap": 1,
        "colorbar": {"thickness": 10, "tickformat": ".0%", "outlinewidth": 0},
        "hovertemplate": "layer %{y}, %{x}: %{z:.1%}<extra></extra>",
    }  # fmt: skip
    return Plot(
        [cells],
        height=HEIGHT,
        xaxis={"showgrid": False, "type": "category", "tickangle": -30},
        yaxis={"title": "layer", "showgrid": False, "autorange": "reversed", "dtick": 1},
    )


def draw_patching(plot: Plot, found: Patching) -> None:
    """Put the shares that return into the plot."""
    written = found.total <= WRITTEN
    with plot.batch_update():
        [cells] = plot.data
        cells.x, cells.z = columns(found), found.returned.tolist()
        cells.texttemplate = "%{z:.0%}" if written else None
        plot.layout.xaxis.title.text = "head" if found.part == "heads" else "place"


def columns(found: Patching) -> list[str]:
    """What each column is: a head, or a place."""
    if found.part == "heads":
        return [str(head) for head in range(found.returned.shape[1])]
    return places(found)


def places(found: Patching) -> list[str]:
    """Each place with its token, or with both tokens where they differ."""
    pairs = zip(found.clean.tokens, found.corrupted.tokens, strict=True)
    return [
        f"{place} {visible(one)}" if one == other else f"{place} {visible(one)} → {visible(other)}"
        for place, (one, other) in enumerate(pairs)
    ]


def patching_words(found: Patching) -> str:
    """What is compared, and with which patch most of it returns."""
    one, other = (f"‘{visible(text)}’" for text in found.texts)
    wanted, there = found.differences
    layer, index, share = found.top(1)[0]
    where = str(index) if found.part == "heads" else f"place {columns(found)[index]}"
    what = SAID[found.part].format(layer=layer, where=where)
    return (
        f"The score of {one} less that of {other} is {number(wanted)} after the first prompt and "
        f"{number(there)} after the second. Most of that difference returns, {percent(share)}, "
        f"with one patch: {what}. {percent(0)}: the patch changes nothing; {percent(1)}: the "
        f"model answers as after the first prompt; below {percent(0)}: it leads further away."
    )


def patching_table(found: Patching) -> str:
    """The patches with which most returns, as HTML."""
    where = "Head" if found.part == "heads" else "Place"
    rows = [
        (str(layer), columns(found)[index], percent(share, 1))
        for layer, index, share in found.top(8)
    ]
    heads = [("Layer", "from 0"), (where, "from 0"), ("returns", "of the difference")]
    return table("The patches with which most returns", heads, rows, words=(0, 1))
