"""What the corpus panel shows of a scan."""

from collections.abc import Sequence
from math import dist, isnan
from statistics import fmean

from lablib.attention.compute.corpus import MutingCost, Scan
from lablib.attention.compute.heads import Head
from lablib.attention.compute.metrics import METRICS
from lablib.widgets.html import table
from lablib.widgets.plot import COLOURS, Plot
from lablib.widgets.tokens import sendable, shortened

HEIGHT = 290
WIDE, HIGH = 320, 200
"""The least room, in pixels, that the points of the scatter are spread over."""
LETTER, LINE, POINT, ABOVE = 8, 14, 10, 12
"""Pixels: the size of a label's letters and of a point, and how far its label stands above it."""
EXCERPT = 60
"""How many characters of a passage a row shows."""

Box = tuple[float, float, float, float]
"""The middle of a rectangle across and up, its width and its height."""


def label(head: Head) -> str:
    """A head as it stands in a plot: its layer and its number there.

    >>> label((3, 1))
    '3.1'
    """
    return f"{head[0]}.{head[1]}"


def head_scatter() -> Plot:
    """An empty plot of heads by two metrics; `draw_scatter` fills it."""
    spread = {"type": "data", "thickness": 1.5}
    heads = {
        "type": "scatter", "mode": "markers+text",
        "cliponaxis": False, "marker": {"size": 9, "color": COLOURS[0]},
        "hovertemplate": "layer.head %{customdata}: %{x:.3g}, %{y:.3g}<extra></extra>",
    }  # fmt: skip
    chosen = heads | {
        "mode": "markers", "marker": {"size": 13, "symbol": "diamond", "color": COLOURS[1]},
        "error_x": spread, "error_y": spread,
    }  # fmt: skip
    return Plot([heads, chosen], height=HEIGHT, xaxis={}, yaxis={}, showlegend=False)


def draw_scatter(plot: Plot, found: Scan, across: str, up: str, opened: Head) -> None:
    """Put the means of two metrics into the plot; the chosen head with its spread."""
    layers, heads = found.size
    names = [label((layer, head)) for layer in range(layers) for head in range(heads)]
    columns = [found.mean(name).flatten().tolist() for name in (across, up)]
    spreads = [float(found.spread(name)[opened].nan_to_num()) for name in (across, up)]
    place = opened[0] * heads + opened[1]
    every, chosen = plot.data
    with plot.batch_update():
        every.x, every.y = columns
        every.customdata = names
        every.text = labels_with_room(names, columns[0], columns[1], first=place)
        every.textposition = [_above(i == place, x) for i, x in enumerate(_pixels(columns[0], 1))]
        chosen.x, chosen.y = ([column[place]] for column in columns)
        chosen.customdata = [names[place]]
        chosen.error_x.array, chosen.error_y.array = ([spread] for spread in spreads)
        plot.layout.xaxis.title.text, plot.layout.yaxis.title.text = (
            f"{METRICS[name].title} ({METRICS[name].unit})" for name in (across, up)
        )


def labels_with_room(
    names: Sequence[str], across: Sequence[float], up: Sequence[float], first: int
) -> list[str]:
    """The names that touch neither another name nor another point, each above its point; "" for the
    others, which stand in the tooltips.

    Room is given to the point number `first`, then to those furthest from the middle: what is
    unusual has a name.

    >>> labels_with_room(["0.0", "0.1", "0.2"], [0.0, 0.5, 0.51], [0.0, 1.0, 1.0], first=2)
    ['0.0', '', '0.2']
    """
    points = list(zip(_pixels(across, WIDE), _pixels(up, HIGH), strict=True))
    drawn = [i for i, point in enumerate(points) if not isnan(sum(point))]
    order = sorted(drawn, key=lambda i: (i != first, -dist(points[i], (0, 0))))
    texts, labels = [""] * len(points), list[Box]()
    for i in order:
        others = [(*points[j], POINT, POINT) for j in drawn if j != i]
        box = _label_box(*points[i], LETTER * len(names[i]), beside=i == first)
        if not any(_touch(box, other) for other in (*labels, *others)):
            texts[i] = names[i]
            labels.append(box)
    return texts


def _above(beside: bool, x: float) -> str:
    """Plotly's word for the place that `_label_box` gives a label."""
    return f"top {('left' if x > 0 else 'right') if beside else 'center'}"


def _label_box(x: float, y: float, width: float, beside: bool) -> Box:
    """Where a label stands over a point; `beside` the line that goes up from it, inwards."""
    aside = (POINT + width) / 2 if beside else 0
    return (x - aside if x > 0 else x + aside, y + ABOVE, width, LINE)


def _pixels(values: Sequence[float], room: float) -> list[float]:
    """Where values stand from their mean on, spread over the room; NaN stands nowhere."""
    known = [value for value in values if not isnan(value)]
    spread = (max(known) - min(known) if known else 0) or 1
    return [(value - fmean(known)) * room / spread if known else value for value in values]


def _touch(one: Box, other: Box) -> bool:
    return all(2 * abs(one[i] - other[i]) < one[i + 2] + other[i + 2] for i in (0, 1))


def scan_table(found: Scan) -> str:
    """Every metric of every head, mean ± spread, as HTML."""
    columns = [("Head", "layer.head"), ("named for", "where it is furthest above the others")]
    columns += [
        (metric.title, f"{metric.meaning} In {metric.unit}.") for metric in METRICS.values()
    ]
    means = {name: found.mean(name) for name in METRICS}
    spreads = {name: found.spread(name) for name in METRICS}
    layers, heads = found.size

    def row(head: Head) -> list[str]:
        numbers = ((float(means[name][head]), float(spreads[name][head])) for name in METRICS)
        return [label(head), METRICS[found.name(head)].title, *(_with_spread(*n) for n in numbers)]

    rows = [row((layer, head)) for layer in range(layers) for head in range(heads)]
    caption = f"Mean ± standard deviation over {len(found.passages)} passages"
    return table(caption, columns, rows, words=(0, 1))


def _with_spread(mean: float, spread: float) -> str:
    """A mean and its spread, as far as they are known.

    >>> _with_spread(float("nan"), 0.0), _with_spread(1.0, float("nan"))
    ('–', '1.00')
    >>> _with_spread(0.5, 0.25).split()
    ['0.50', '±', '0.25']
    """
    if mean != mean:
        return "–"
    return f"{mean:.2f}" if spread != spread else f"{mean:.2f}\N{NBSP}±\N{NBSP}{spread:.2f}"


def scan_words(found: Scan, head: Head) -> str:
    """How much has been read, and what the chosen head is named for."""
    name = found.name(head)
    mean, spread = float(found.mean(name)[head]), float(found.spread(name)[head])
    others = float(found.mean(name).nanmean())
    metric, done = METRICS[name], len(found.passages)
    read = "all" if done == found.total else f"{done:,} of"
    return (
        f"Layer {head[0]}, head {head[1]} is named for “{metric.title.lower()}”: "
        f"{_with_spread(mean, spread)} of its attention from passage to passage (mean of all "
        f"heads: {others:.2f}). Read: {read} {found.total:,} passages of {len(found.passages[0])} "
        "tokens."
    )


def passage_rows(found: Scan, head: Head, turns: dict[int, int]) -> list[tuple[str, int]]:
    """For each tenth of the passages a line with one of them, and that one's place in the scan.

    Args:
        turns: which passage of a tenth is shown, by the number of the tenth; 0 if it is not there.
    """
    values = found.values[found.name(head)][:, *head]
    rows = []
    for place_of_tenth, tenth in enumerate(found.tenths(found.name(head), head)):
        place = tenth[turns.get(place_of_tenth, 0) % len(tenth)]
        text = " ".join("".join(found.passages[place].tokens).split())
        rows.append((sendable(f"{float(values[place]):.2f}  {shortened(text, EXCERPT)}"), place))
    return rows


def cost_plot() -> Plot:
    """An empty plot of what muting heads costs; `draw_cost` fills it."""
    bars = {
        "type": "bar", "orientation": "h",
        "error_x": {"type": "data", "thickness": 1.5, "color": "#808080"},
        "hovertemplate": "head %{y}: %{x:+.3f}<extra></extra>",
    }  # fmt: skip
    return Plot(
        [bars],
        height=HEIGHT - 40,
        xaxis={
            "title": "loss change, bits per token",
            "zeroline": True,
            "zerolinecolor": "#808080",
        },
        yaxis={"autorange": "reversed", "type": "category"},
    )


def draw_cost(plot: Plot, cost: MutingCost) -> None:
    """Put the mean cost of every muted head into the plot, with its spread over the passages."""
    names = [label(head) for head in cost.heads]
    with plot.batch_update():
        [bars] = plot.data
        bars.x, bars.y = cost.mean.tolist(), [f"<b>{names[0]}</b>", *names[1:]]
        bars.error_x.array = cost.spread.nan_to_num().tolist()
        bars.marker.color = [COLOURS[1]] + [COLOURS[0]] * (len(names) - 1)


def cost_words(cost: MutingCost, found: Scan) -> str:
    """What muting the head costs, beside others, and where it does most what it is named for."""
    mean, error = float(cost.mean[0]), float(cost.error[0])
    others = cost.mean[1:]
    name = found.name(cost.heads[0])
    tenths = found.tenths(name, cost.heads[0])
    most, least = cost.over(tenths[0]), cost.over(tenths[-1])
    where = (
        ""
        if most != most or least != least or len(tenths) == 1
        else f" Where it does most “{METRICS[name].title.lower()}” it costs {most:+.3f}, where it "
        f"does least {least:+.3f}: only if the first is clearly more is the name also what the "
        "head is good for."
    )
    return (
        f"Without head {label(cost.heads[0])} the loss changes by {mean:+.3f} ± {_known(error)} "
        f"bits per token (mean ± standard error). Of {len(others)} other heads, drawn by lot, "
        f"{int((mean > others).sum())} cost less (their mean: {float(others.mean()):+.3f}).{where} "
        f"Bars: mean over {len(cost.cost):,} of {cost.total:,} passages; whiskers: their standard "
        "deviation."
    )


def _known(value: float) -> str:
    """A number, or a question mark where it is not known.

    >>> _known(0.25), _known(float("nan"))
    ('0.250', '?')
    """
    return "?" if value != value else f"{value:.3f}"
