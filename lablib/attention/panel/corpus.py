"""The corpus panel: heads judged by what they do over a whole text, and put to the test."""

from collections.abc import Iterator

import ipywidgets

from lablib import data
from lablib.attention.compute.corpus import MutingCost, Scan, muting_cost, scan
from lablib.attention.compute.heads import maps
from lablib.attention.compute.metrics import METRICS, top_heads
from lablib.attention.compute.plane import HeadPlane, head_plane
from lablib.attention.figures import corpus as figures
from lablib.attention.figures import plane as plane_figures
from lablib.attention.panel.head_choice import ANY_KIND, OFFERED
from lablib.attention.views.head_map import HeadMap
from lablib.attention.views.weights import AttentionView
from lablib.models import LoadedModel
from lablib.training.texts import read_text
from lablib.widgets import AnyModel, Drawing, LivePanel, PlotPlace, Progress, as_choice
from lablib.widgets.controls import button, combobox, dropdown
from lablib.widgets.html import escape, scrolling
from lablib.widgets.layout import Tabs, beside, in_row, mark_main
from lablib.widgets.panel import RateLimit
from lablib.widgets.plot import Plot

_TITLES = {metric.title: name for name, metric in METRICS.items()}
VIEW = 1
"""Which of the tabs to the right holds the head view."""
PLANE = 3
"""Which of the tabs to the left holds the queries and keys."""
NOT_YET = (
    "The queries and keys of the head that is open are computed when this tab is opened. "
    "That needs a kernel: open the lab in JupyterLab."
)
"""What a page says instead of them."""
IN_PLANE = 6
"""Of so many passages they are shown: some hundred points can be told apart."""


class CorpusPanel(LivePanel):
    """Scan a text with all heads of a model: where each stands among the others, the passages in
    which a head does most and least what it is named for, and what it costs to mute it.

    `found` is the scan as far as it went, `plane` the chosen head's queries and keys, `cost` that
    of muting; None before the first.

    Args:
        text: the name of a text that comes with the labs, a file, a folder, or the text itself.
        across: the metric along the plot, a name of `METRICS`.
        up: the metric up the plot.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.

    Raises:
        ValueError: if there is no such metric.
    """

    imports = "attention as at, data, models"

    def __init__(
        self,
        text: str = "almanac",
        across: str = "previous_token",
        up: str = "induction",
        model: AnyModel = None,
    ) -> None:
        _require_metrics(across=across, up=up)
        self._make_controls(text, across, up)
        self._make_tabs()
        self.found: Scan | None = None
        self.cost: MutingCost | None = None
        self.plane: HeadPlane | None = None
        self._scanned: tuple[LoadedModel, str] | None = None
        self._scanning: Iterator[Scan] = iter(())
        self._turns: dict[int, int] = {}
        self._showing = False
        self._cost_plot: Plot | None = None
        self._plane_plot: Plot | None = None
        super().__init__(
            "Heads over a whole text",
            "Each head's metrics are means over many passages. Click a head; then see where it "
            "does most what it is named for, and mute it.",
            [
                in_row(self.text, self.across, self.up),
                beside(self.left, self.right, widths=(400, 420)),
            ],
            controls=[self.text, self.across, self.up],
            choice=as_choice(model, ANY_KIND),
        )
        self._listen()

    def _make_controls(self, text: str, across: str, up: str) -> None:
        """What is chosen, and places for what is found."""
        tip = "A text that comes with the labs, a file, a folder, or the text itself"
        self.text = combobox("Text", data.names(), text, tooltip=tip, width=260, label=50)
        self.across = dropdown("Across", _TITLES, across, width=270, label=60)
        self.up = dropdown("Up", _TITLES, up, width=240, label=30)
        self.map = HeadMap(metrics=OFFERED, metric=across)
        self.place, self.costs, self.points = PlotPlace(), ipywidgets.VBox(), ipywidgets.VBox()
        self.words, self.table, self.verdict, self.meaning = (ipywidgets.HTML() for _ in range(4))
        self.meaning.value = NOT_YET
        self.passages = ipywidgets.Select(rows=10, layout={"width": "100%"})
        self.passages.add_class("lab-passages")
        self.open_button = button(
            "Open in the head view", "Where its heads look", width=180, primary=True
        )
        self.another = button("Another of this tenth", "Each line stands for ten in a hundred", 180)
        self.test = button("Mute it over these passages", "Beside ten others drawn by lot", 220)
        self.view = AttentionView()
        mark_main(self.across, self.place)
        mark_main(self.map, self.passages)

    def _make_tabs(self) -> None:
        """To the left all heads, to the right the one that is open."""
        self.right = Tabs(
            {
                "Passages": ipywidgets.VBox(
                    [self.words, self.passages, in_row(self.open_button, self.another)]
                ),
                "In the head view": self.view,
                "Does it matter?": ipywidgets.VBox([self.test, self.costs, self.verdict]),
            }
        )
        self.left = Tabs(
            {
                "Scatter": self.place,
                "Map": self.map,
                "Table": self.table,
                "Queries and keys": ipywidgets.VBox([self.points, self.meaning]),
            }
        )

    def _listen(self) -> None:
        """The map, the plot's axes, the tabs and the buttons follow each other."""
        self.map.observe(lambda _: self._choose_head(), "opened")
        self.map.observe(lambda change: self.across.set_trait("value", change.new), "metric")
        self.across.observe(lambda change: self.map.set_trait("metric", change.new), "value")
        self.open_button.on_click(lambda _: self.right.line.set_trait("shown", VIEW))
        self.right.line.observe(lambda change: self._turn_to(change.new), "shown")
        self.left.line.observe(lambda _: self.run(self._show_plane), "shown")
        self.another.on_click(lambda _: self._turn())
        self.test.on_click(lambda _: self.run(self._test))

    def draw(self) -> Drawing:
        """Read the text passage by passage, and draw what is known so far."""
        m = self.model()
        if self.found is None or self._scanned != (m, self.text.value):
            self._begin(m)
            yield None
        limit = RateLimit()
        for found in self._scanning:
            self.found = found
            if limit.due():
                self._show(found)
            yield Progress(len(found.passages), found.total, "passages")
        if self.found is not None:
            self._show(self.found)
            self.table.value = scrolling(figures.scan_table(self.found), "All heads", 300)
        self._draw_plane()

    def stop(self) -> None:
        """What has been read stays; reading does not go on when another control is moved."""
        self._scanning = iter(())
        super().stop()

    def _begin(self, m: LoadedModel) -> None:
        """Forget the old text, and begin with the new one."""
        self._scanning = scan(m, read_text(self.text.value))
        self._scanned = (m, self.text.value)
        self.found, self.plane, self._turns = None, None, {}
        self._forget_cost()

    def clear(self) -> None:
        """No picture beside an error, and what was read of the text is forgotten."""
        self.found, self.place.layout.display = None, "none"
        self.passages.options, self.words.value, self.table.value = (), "", ""
        self._forget_cost()

    def _show(self, found: Scan) -> None:
        """Draw a scan, with the head that is open or else the first in what is across."""
        values = {name: found.mean(name) for name in METRICS}
        self._showing = True  # a head that is opened here asks for no drawing
        with self.map.hold_sync():
            self.map.show(values)
            for layer, head, _ in top_heads(values[self.across.value], 1):
                self.map.opened = self.map.opened or [layer, head]
        self._showing = False
        opened = self._head()
        figures.draw_scatter(self._scatter(), found, self.across.value, self.up.value, opened)
        self.words.value = escape(" ".join([figures.scan_words(found, opened), found.note]))
        self._list_passages(found)

    def _head(self) -> tuple[int, int]:
        layer, head = self.map.opened or (0, 0)
        return layer, head

    def _scatter(self) -> Plot:
        self.place.layout.display = None
        if self.plot is None:
            plot = self.open_plot(figures.head_scatter)
            plot.data[0].on_click(lambda _, points, __: self._click(points.point_inds))
        return self.open_plot(figures.head_scatter)

    def _click(self, places: list[int]) -> None:
        """Open the head whose point was clicked."""
        if places and self.found is not None:
            self.map.opened = list(divmod(places[0], self.found.size[1]))

    def _list_passages(self, found: Scan) -> None:
        rows, chosen = figures.passage_rows(found, self._head(), self._turns), self.passages.index
        if [*self.passages.options] != rows:
            self.passages.options = rows
            self.passages.index = min(chosen or 0, len(rows) - 1) if rows else None

    def _choose_head(self) -> None:
        """Another head has other passages, and has not been muted yet."""
        if self._showing:
            return
        self._turns = {}
        if self.cost is not None and self.cost.heads[0] != self._head():
            self._forget_cost()
        self.redraw()

    def _turn(self) -> None:
        """Another passage of the tenth that is chosen."""
        if self.passages.index is not None:
            self._turns[self.passages.index] = self._turns.get(self.passages.index, 0) + 1
            self.redraw()

    def _show_plane(self) -> Drawing:
        """The head's queries and keys, if they are in sight; then the text is read to its end."""
        self._draw_plane()
        yield from self.draw()

    def _draw_plane(self) -> None:
        """Put the chosen head's queries and keys on a plane, if that is in sight."""
        if self.left.line.shown != PLANE or self.found is None:
            return
        head, passages = self._head(), self.found.passages[:IN_PLANE]
        self.plane = head_plane(self.model(), passages, head)
        if self._plane_plot is None:
            self._plane_plot = plane_figures.plane_plot()
            self.points.children = [self._plane_plot]
        plane_figures.draw_plane(self._plane_plot, self.plane)
        self.meaning.value = escape(plane_figures.plane_words(self.plane))

    def _turn_to(self, tab: int) -> None:
        if tab == VIEW:
            self.run(self._open_passage)

    def _open_passage(self) -> Drawing:
        """The chosen passage in the head view; then the text is read to its end."""
        if self.found is None or self.passages.value is None:
            return
        found = maps(self.model(), self.found.passages[self.passages.value])
        yield None
        self.view.show(found)
        self.view.show_head(*self._head())
        yield from self.draw()

    def _test(self) -> Drawing:
        """Read the text to its end, if nobody stopped it; mute the head over what was read."""
        yield from self.draw()
        if self.found is None:
            return
        limit = RateLimit()
        for cost in muting_cost(self.model(), self.found, self._head()):
            self.cost = cost
            if limit.due() or len(cost.cost) == cost.total:
                self._show_cost(cost, self.found)
            yield Progress(len(cost.cost), cost.total, "passages")

    def _show_cost(self, cost: MutingCost, found: Scan) -> None:
        if self._cost_plot is None:
            self._cost_plot = figures.cost_plot()
            self.costs.children = [self._cost_plot]
        self.costs.layout.display = None
        figures.draw_cost(self._cost_plot, cost)
        self.verdict.value = escape(figures.cost_words(cost, found))

    def _forget_cost(self) -> None:
        self.cost, self.costs.layout.display, self.verdict.value = None, "none", ""

    def code_lines(self) -> str:
        """The scan, the two metrics in sight, the passages in tenths, the test if it was made."""
        shipped = self.text.value in data.names()
        self.imports = (
            type(self).imports if shipped else "attention as at, finetuning as ft, models"
        )
        text = f"{'data.text' if shipped else 'ft.read_text'}({self.text.value!r})"
        across, up = (f"found.mean({each.value!r})" for each in (self.across, self.up))
        head = self._head()
        test = f"*_, cost = at.muting_cost(m, found, {head})\n" if self.cost else ""
        if self.left.line.shown == PLANE:
            return (
                f"*_, found = at.scan(m, {text})\n"
                f"plane = at.head_plane(m, found.passages[:{IN_PLANE}], {head})\n"
                "plane.queries, plane.keys, plane.shares"
            )
        return (
            f"*_, found = at.scan(m, {text})\n"
            f"tenths = found.tenths(found.name({head}), {head})\n"
            f"{test}{across}, {up}, tenths{', cost.mean, cost.spread' if self.cost else ''}"
        )


def _require_metrics(**chosen: str) -> None:
    """Refuse what is no metric, by the name of the argument."""
    for name, metric in chosen.items():
        if metric not in METRICS:
            raise ValueError(f"{name} must be one of {', '.join(METRICS)}, and it was {metric!r}.")


corpus_panel = CorpusPanel
