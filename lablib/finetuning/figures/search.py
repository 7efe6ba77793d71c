"""What the range and search panels show: the curve of a range test, the trials, tables, words."""

from collections.abc import Sequence
from math import log10
from typing import TYPE_CHECKING, Any

from lablib.finetuning.compute.search import RangeTest, best_trial
from lablib.finetuning.compute.trials import Range, Space, Trial
from lablib.finetuning.figures.shared import perplexity
from lablib.widgets.html import escape, table
from lablib.widgets.tokens import number

if TYPE_CHECKING:
    from lablib.widgets.plot import Plot

NAMES = {
    "learning_rate": "learning rate",
    "batch": "batch",
    "warmup": "warm-up",
    "rank": "LoRA rank",
}


def setting(value: object) -> str:
    """The value of a setting in words.

    >>> setting(0.000512345), setting(8)
    ('0.000512', '8')
    """
    return number(value) if isinstance(value, float) else str(value)


def range_plot() -> "Plot":
    """An empty range test; `draw_range` fills it."""
    from lablib.widgets.plot import COLOURS, LEGEND, SYMBOLS, Plot

    return Plot(
        [
            {"type": "scatter", "mode": "markers", "name": "loss of a step",
             "marker": {"color": COLOURS[5], "size": 5, "symbol": "circle-open"}},
            {"type": "scatter", "mode": "lines", "name": "smoothed",
             "line": {"color": COLOURS[0], "width": 3}},
            {"type": "scatter", "mode": "markers", "name": "steepest descent",
             "marker": {"color": COLOURS[1], "size": 14, "symbol": SYMBOLS[2]}},
        ],
        height=320,
        xaxis={"title": "learning rate", "type": "log", "exponentformat": "power"},
        yaxis={"title": "training loss (nats)"},
        legend=LEGEND,
    )  # fmt: skip


def draw_range(plot: "Plot", found: RangeTest) -> None:
    """Put a range test as far as it has come into the plot."""
    smoothed, suggestion = found.smoothed, found.suggestion
    with plot.batch_update():
        dots, line, place = plot.data
        dots.x, dots.y = found.rates, found.losses
        line.x, line.y = found.rates, smoothed
        place.x = [] if suggestion is None else [suggestion]
        place.y = [] if suggestion is None else [smoothed[found.rates.index(suggestion)]]


def range_words(found: RangeTest) -> str:
    """What the test says, in a sentence or two."""
    said = f"{found.ended} " if found.ended else ""
    if found.suggestion is None:
        return f"{said}The loss has not fallen yet, so there is nothing to suggest."
    return (
        f"{said}The loss fell most steeply at a learning rate of {number(found.suggestion)}. Take "
        "about that, or a little less if the run is long."
    )


def search_plot(space: Space) -> "Plot":
    """An empty plot of the trials: one field a setting, all with the loss upwards."""
    from lablib.widgets.plot import COLOURS, LEGEND, SYMBOLS, Plot

    traces: list[dict[str, Any]] = []
    axes: dict[str, Any] = {}
    for place, (name, choice) in enumerate(space.items()):
        axis = "x" if place == 0 else f"x{place + 1}"
        width = 1 / len(space)
        axes[f"xaxis{axis[1:]}"] = {
            "title": NAMES.get(name, name),
            "domain": [place * width + (0.04 if place else 0.0), (place + 1) * width],
            **_axis(choice),
        }
        looks = (("trial", 0, 9), ("best", 2, 15), ("failed", 5, 11))
        traces += [
            {"type": "scatter", "mode": "markers", "name": look, "xaxis": axis,
             "showlegend": place == 0, "legendgroup": look, "hoverinfo": "text",
             "marker": {"color": COLOURS[min(colour, 1)], "symbol": SYMBOLS[colour], "size": size}}
            for look, colour, size in looks
        ]  # fmt: skip
    return Plot(
        traces,
        height=320,
        yaxis={"title": "held-out loss (nats)"},
        legend=LEGEND,
        **axes,
    )


def _axis(choice: Range | Sequence[Any]) -> dict[str, Any]:
    """An axis that shows all that a setting may be.

    >>> _axis(Range(1e-4, 1e-2, log=True))["range"]
    [-4.1, -1.9]
    """
    if not isinstance(choice, Range):
        return {}
    low, high = (log10(end) if choice.log else end for end in (choice.low, choice.high))
    room = (high - low) / 20
    looks = {"range": [low - room, high + room]}
    if not choice.log:
        return looks
    dtick = 1 if high - low >= 2 else "D2"
    return looks | {"type": "log", "exponentformat": "power", "dtick": dtick}


def draw_search(plot: "Plot", trials: Sequence[Trial], space: Space) -> None:
    """Put the trials that came to an end into the plot; a failed one lies above all others."""
    good = [trial for trial in trials if trial.done and not trial.failure and trial.measured]
    failed = [trial for trial in trials if trial.failure]
    losses = [trial.loss or 0.0 for trial in good]
    above = 1.05 * max(losses, default=1.0)
    chosen = best_trial(trials)
    kinds = ((good, losses), ([chosen] if chosen else [], [chosen.loss] if chosen else []),
             (failed, [above] * len(failed)))  # fmt: skip
    with plot.batch_update():
        for place, name in enumerate(space):
            for offset, (some, heights) in enumerate(kinds):
                trace = plot.data[3 * place + offset]
                trace.x, trace.y = [trial.settings[name] for trial in some], heights
                trace.hovertext = [escape(trial_words(trial)) for trial in some]


def trial_words(trial: Trial) -> str:
    """A trial's settings and how it ended, in a line."""
    said = ", ".join(f"{NAMES.get(n, n)} {setting(v)}" for n, v in trial.settings.items())
    end = trial.failure or (f"loss {number(trial.loss)}" if trial.loss is not None else "running")
    return f"Trial {trial.number + 1}: {said}: {end}"


def trials_table(trials: Sequence[Trial]) -> str:
    """Every trial, the best first, those that failed with their reason, as HTML."""
    if not trials:
        return ""
    names = list(trials[0].settings)
    columns = [
        ("Trial", "in the order they were made"),
        *((NAMES.get(name, name), "what was tried") for name in names),
        ("perplexity", "on the held-out part"),
        ("steps", "done"),
        ("", "what went wrong"),
    ]
    ranked = sorted(trials, key=lambda t: (bool(t.failure), t.loss if t.measured else 1e9))
    rows = [
        (
            str(trial.number + 1),
            *(setting(trial.settings[name]) for name in names),
            perplexity(trial.loss) if trial.loss is not None else "–",
            f"{trial.step} of {trial.total}",
            trial.failure,
        )
        for trial in ranked
    ]
    return table("Trials, the best first", columns, rows, words=(0, len(names) + 3))


def search_words(trials: Sequence[Trial]) -> str:
    """The best so far, and how many failed."""
    chosen = best_trial(trials)
    if chosen is None:
        return "No trial has come to its end yet." if trials else ""
    failed = sum(bool(trial.failure) for trial in trials)
    lost = f" {failed} of {len(trials)} trials failed; the table says why." if failed else ""
    return f"The best so far is {trial_words(chosen)[0].lower()}{trial_words(chosen)[1:]}.{lost}"
