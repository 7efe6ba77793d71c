"""What the panels show of a result: sentences, tables and pictures, as escaped HTML.

Every function takes a result and gives a picture; none calls a model.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from lablib.attention.ablation import Ablation, Sweep
from lablib.attention.layers import Lens
from lablib.attention.metrics import METRICS, HeadMetrics
from lablib.attention.positions import Shuffle, products_by_distance
from lablib.attention.projections import HeadParts
from lablib.widgets.html import escape, fill, table
from lablib.widgets.tokens import number, visible

if TYPE_CHECKING:
    from torch import Tensor


def shares_words(parts: HeadParts, token: int) -> str:
    """Which head adds most to a token, and how much of all parts is left when they are added."""
    shares = parts.shares[:, token]
    left = float(parts.parts[:, token].sum(0).norm() / parts.norms[:, token].sum())
    most = int(shares.argmax())
    return (
        f"For ‘{visible(parts.tokens.tokens[token])}’ the longest part is that of head {most}: "
        f"{shares[most]:.0%} of all lengths. Added up, the parts are {left:.0%} as long as they "
        "are one by one: the rest cancels out, because they point in different directions."
    )


_GRID = """<div role="region" aria-label="{caption}" tabindex="0" style="overflow-x: auto">
<table style="border-collapse: collapse">
<caption style="text-align: left; padding: 4px 0; white-space: nowrap">{caption}</caption>
<tr>{head}</tr>
{rows}
</table></div>"""
_TOP = (
    '<th scope="col" style="padding: 2px 8px; border-bottom: 1px solid var(--jp-border-color1); '
    'white-space: pre">{text}</th>'
)
_SIDE = '<th scope="row" style="padding: 2px 8px; white-space: pre">{text}</th>'
_CELL = (
    '<td title="{tip}" style="padding: 2px 8px; text-align: center; white-space: pre; background: '
    'color-mix(in srgb, var(--jp-brand-color1) {percent}%, transparent)">{text}</td>'
)
PLACES = 10
"""How many columns a grid has room for."""


class Cell(NamedTuple):
    """A cell of a grid: its text, how strongly it is coloured (0 to 1), and its tooltip."""

    text: str
    strength: float
    tip: str


def grid(caption: str, columns: Sequence[str], rows: Sequence[tuple[str, Sequence[Cell]]]) -> str:
    """An HTML table whose cells are the darker the stronger, everything in it escaped.

    Args:
        columns: the names of the columns, that of the rows' names first.
        rows: for each row its name and its cells.

    >>> grid("One", ["head", "<b>"], [("0", [Cell("1%", 0.01, "")])]).count("&lt;b&gt;")
    1
    """
    body = []
    for name, cells in rows:
        filled = (
            fill(_CELL, text=cell.text, percent=round(40 * cell.strength), tip=cell.tip)
            for cell in cells
        )
        body.append(f"<tr>{fill(_SIDE, text=name)}{''.join(filled)}</tr>")
    top = "".join(fill(_TOP, text=visible(name)) for name in columns)
    return _GRID.format(caption=escape(caption), head=top, rows="\n".join(body))


def window(token: int, tokens: int) -> range:
    """The places to show when all do not fit: up to `PLACES` of them, with `token` among them.

    >>> window(3, 40), window(39, 40), window(1, 4)
    (range(0, 10), range(30, 40), range(0, 4))
    """
    first = max(0, min(token - PLACES // 2, tokens - PLACES))
    return range(first, min(first + PLACES, tokens))


def shares_table(parts: HeadParts, token: int) -> str:
    """Each head's share of the layer's output, for the tokens round one of them and for all."""
    names = parts.tokens.tokens
    shown = window(token, len(names))
    rows = []
    for head, (shares, norms) in enumerate(
        zip(parts.shares.tolist(), parts.norms.tolist(), strict=True)
    ):
        mean = sum(shares) / len(shares)
        cells = [Cell(f"{shares[i]:.0%}", shares[i], f"length {norms[i]:.3g}") for i in shown]
        rows.append((f"head {head}", [*cells, Cell(f"{mean:.0%}", mean, "mean of all tokens")]))
    columns = ["", *(names[i] for i in shown), "mean"]
    return grid("Each head's share of the lengths of what the heads add", columns, rows)


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


def positions_picture(vectors: "Tensor") -> str:
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


def _products(vectors: "Tensor") -> "Tensor":
    """The mean product of two positions by their distance, as a share of that at distance 0; up to
    half the way, because few pairs are further apart.
    """
    products = products_by_distance(vectors)
    return products[: len(products) // 2 + 1] / products[0]


def positions_words(vectors: "Tensor") -> str:
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
    noticed = "does not notice at all" if untold < 5e-4 else f"moves {untold:.1%} of its weight"
    mask = (
        " It still has its causal mask, which lets each token see others than before."
        if with_positions.before.kind == "causal" and without.masked
        else ""
    )
    return (
        f"With positions, the shuffle moves {told:.1%} of the attention, on average over all heads "
        f"and tokens. Without them, attention {noticed}.{mask}"
    )


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
            f"{change.before:.1%}",
            f"{change.after:.1%}",
            number(round(100 * (change.after - change.before), 1)),
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
        f"with {strength:.0%} of its attention. Muting it moves the prediction by {moved:.3f} "
        f"bits; the head that matters most moves it by {most:.3f}. {matters}"
    )


def lens_table(lens: Lens) -> str:
    """What the model would say after each layer, for the last places of the text, as HTML.

    The darker a cell, the surer the model; its tooltip has the next candidates.
    """
    places = len(lens.texts[0])
    shown = window(places - 1, places)
    rows = [
        (
            f"layer {layer - 1}" if layer else "no layer",
            [_lens_cell(lens, layer, place) for place in shown],
        )
        for layer in range(len(lens.texts))
    ]
    columns = ["after", *(lens.tokens.tokens[lens.start + place] for place in shown)]
    return grid("The likeliest token after each layer, at each place of the text", columns, rows)


def _lens_cell(lens: Lens, layer: int, place: int) -> Cell:
    texts = [visible(text) for text in lens.texts[layer][place]]
    chances = lens.probabilities[layer, place].tolist()
    tip = ", ".join(f"{text} {p:.1%}" for text, p in zip(texts, chances, strict=True))
    return Cell(f"{texts[0]}\n{chances[0]:.0%}", chances[0], tip)


def lens_words(lens: Lens) -> str:
    """From which layer on the model would say what it says in the end, at the last place."""
    best = [texts[-1][0] for texts in lens.texts]
    last = len(best) - 1
    first = next(
        layer for layer in range(last + 1) if best[layer:] == [best[-1]] * (last + 1 - layer)
    )
    said = f"‘{visible(best[-1])}’"
    where = "the token vectors alone" if first == 0 else f"layer {first - 1}"
    return (
        f"At the end of the text the model says {said}. It would have said so from {where} on. "
        f"Before the first layer the lens reads ‘{visible(best[0])}’."
    )
