"""What the embeddings panel shows of a result."""

from lablib.numbers import percent
from lablib.transformer.compute.embeddings import InContext, Neighbours, Plane
from lablib.widgets.html import escape, fill
from lablib.widgets.plot import COLOURS, Plot, marked_line
from lablib.widgets.tokens import visible

HEIGHT = 300
_ROOM = 0.15
"""How much of the plane's size is left free on each side, for the words."""
_BAR = (
    '<div style="display: grid; grid-template-columns: 120px 1fr; gap: 8px; align-items: center">'
    '<bdi style="text-align: right; font-family: var(--jp-code-font-family); white-space: pre">'
    '{text}</bdi><div style="display: flex; gap: 6px; align-items: center">'
    '<div style="height: 12px; width: {percent}%; background: var(--jp-brand-color1)"></div>'
    "{cosine}</div></div>"
)


def neighbours_bars(found: Neighbours) -> str:
    """The nearest tokens, each with a bar as long as its cosine, as HTML."""
    rows = "".join(
        fill(_BAR, text=visible(text), percent=round(70 * max(cosine, 0)), cosine=f"{cosine:.2f}")
        for text, cosine in zip(found.texts, found.cosines.tolist(), strict=True)
    )
    label = escape(f"The tokens nearest to {found.word}, with their cosine")
    return f'<div role="group" aria-label="{label}" style="display: grid; gap: 3px">{rows}</div>'


def neighbours_words(found: Neighbours) -> str:
    """How many tokens the word is, and what is nearest."""
    how = "is one token" if len(found.ids) == 1 else f"is {len(found.ids)} tokens: their mean"
    return (
        f"‘{found.word}’ {how}. Nearest to its vector is ‘{visible(found.texts[0])}’, with a "
        f"cosine of {float(found.cosines[0]):.2f} (1: same direction, 0: at right angles). Nobody "
        "told the model which words are alike: it learned that from their neighbours in texts."
    )


def plane_plot() -> Plot:
    """An empty plot of words in a plane; `draw_plane` fills it."""
    words = {
        "type": "scatter",
        "mode": "markers+text",
        "cliponaxis": False,
        "marker": {"size": 8, "color": COLOURS[0]},
        "hovertemplate": "%{text}<extra></extra>",
    }
    return Plot(
        [words],
        height=HEIGHT,
        xaxis={"title": "first direction"},
        yaxis={"title": "second direction"},
    )


def draw_plane(plot: Plot, found: Plane) -> None:
    """Put the words into the plot, and say on its axes how much each keeps."""
    axes = (plot.layout.xaxis, plot.layout.yaxis)
    shares = [percent(share) for share in found.shares.tolist()]
    titles = (f"first direction, {shares[0]} of the differences", f"second, {shares[1]}")
    columns = found.points.T.tolist()
    with plot.batch_update():
        [trace] = plot.data
        trace.x, trace.y = columns
        trace.text = [visible(word) for word in found.words]
        trace.textposition = [
            f"middle {'right' if x >= columns[0][beside] else 'left'}"  # away from its neighbour
            for x, beside in zip(columns[0], found.nearest_in_plane, strict=True)
        ]
        for axis, title, values in zip(axes, titles, columns, strict=True):
            room = _ROOM * (max(values) - min(values))
            axis.title.text = title
            axis.range = [min(values) - room, max(values) + room]


def plane_words(found: Plane) -> str:
    """What the two dimensions keep, and what they hide."""
    share = percent(float(found.shares.sum()))
    kept = f"The plane keeps {share} of the differences between these words."
    if not found.misled:
        return f"{kept} Each word’s nearest neighbour in the plane is its nearest one in truth."
    one = found.misled[0]
    seen, true = found.words[found.nearest_in_plane[one]], found.words[found.nearest[one]]
    return (
        f"{kept} It misleads about {len(found.misled)} of the {len(found.words)}: ‘"
        f"{found.words[one]}’, for one, seems nearest to ‘{seen}’ and is nearest to ‘{true}’."
    )


def context_plot() -> Plot:
    """An empty plot of cosines from block to block; `draw_context` fills it."""
    lines = [
        marked_line(i, name, hovertemplate="after %{x}: %{y:.2f}<extra></extra>")
        for i, name in enumerate(["the word, in both sentences", "any two other tokens"])
    ]
    return Plot(
        lines,
        height=HEIGHT,
        xaxis={"title": "after so many blocks", "dtick": 1},
        yaxis={"title": "cosine", "range": [-0.05, 1.05]},
        legend={"x": 0, "y": 0, "bgcolor": "rgba(0, 0, 0, 0)"},
    )


def draw_context(plot: Plot, found: InContext) -> None:
    """Put both lines into the plot."""
    with plot.batch_update():
        for trace, values in zip(plot.data, (found.same, found.others), strict=True):
            trace.x, trace.y = list(range(len(values))), values.tolist()


def context_words(found: InContext) -> str:
    """How alike the word's vectors are at both ends."""
    first, last = float(found.same[0]), float(found.same[-1])
    others = float(found.others[-1])
    return (
        f"The vectors of ‘{found.word}’ have a cosine of {first:.2f} before the first block and of "
        f"{last:.2f} after the last. There, any two other tokens of the two sentences have "
        f"{others:.2f}. Compare the two lines: within the blocks all vectors have much in common."
    )
