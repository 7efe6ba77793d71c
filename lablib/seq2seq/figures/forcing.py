"""What the forcing panel shows of a result."""

from lablib.numbers import percent
from lablib.seq2seq.compute.forcing import Forcing, Slip
from lablib.seq2seq.figures.translation import token_name
from lablib.widgets.html import escape, table
from lablib.widgets.plot import COLOURS, LEGEND, Plot
from lablib.widgets.tokens import number

FORCED, FREE = "after the right words (teacher forcing)", "after its own words"


def losses_plot() -> Plot:
    """An empty plot of two bars a token; `draw_losses` fills it."""
    bars = [
        {
            "type": "bar", "name": name,
            "marker": {"color": COLOURS[i], "pattern": {"shape": shape}},
            "hovertemplate": "%{y:.3f} nats<extra></extra>",
        }
        for i, (name, shape) in enumerate(((FORCED, ""), (FREE, "/")))
    ]  # fmt: skip
    return Plot(
        bars,
        height=220,
        barmode="group",
        xaxis={"title": "the right token"},
        yaxis={"title": "loss in nats", "rangemode": "tozero"},
        legend=LEGEND,
    )


def draw_losses(plot: Plot, found: Forcing) -> None:
    """Put the losses of each token into the plot."""
    names = [escape(token_name(text)) for text in found.target]  # plotly reads tags in them
    with plot.batch_update():
        for trace, values in zip(plot.data, (found.forced, found.free), strict=True):
            trace.x, trace.y = list(range(len(values))), values.tolist()
        axis = plot.layout.xaxis
        axis.tickvals, axis.ticktext = list(range(len(names))), names


def forcing_words(found: Forcing) -> str:
    """Both losses, and where the model leaves the right answer."""
    both = found.free.isfinite()
    sides = (found.forced[both].mean(), found.free[both].mean())
    losses = " and ".join(number(float(loss)) for loss in sides)
    where = found.first_difference
    if where is None:
        return f"It writes “{found.own.text}”, which is the right answer: both losses are the same."
    token = token_name(found.target[where])
    return (
        f"It writes “{found.own.text}”. Up to token {where + 1}, ‘{token}’, both losses are the "
        f"same; there it leaves the right answer. Mean loss, after the right words and after its "
        f"own: {losses} nats."
    )


def slip_table(found: Slip) -> str:
    """The text as the model would write it, and after the wrong token, as HTML."""
    columns = [
        ("text", "who chose the token"),
        ("it writes", "the whole text"),
        ("mean probability after it", "of the tokens after that place, by the model"),
    ]
    rows = []
    for name, side in (("its own", found.before), ("after the wrong token", found.after)):
        rest = [step.probability for step in side.steps[found.place + 1 :]]
        mean = percent(sum(rest) / len(rest), 1) if rest else "–"
        rows.append((name, side.text, mean))
    return table("One wrong token, and what follows", columns, rows, words=(0, 1))


def slip_words(found: Slip) -> str:
    """What was changed, and how much of the rest."""
    rests = [side.tokens[found.place + 1 :] for side in (found.before, found.after)]
    same = "the rest stays the same" if rests[0] == rests[1] else "the rest changes"
    return (
        f"Token {found.place + 1} was made ‘{token_name(found.wrong)}’ in place of "
        f"‘{token_name(found.right)}’: {same}. The model cannot take the token back; it can only "
        "go on from it."
    )
