"""The data panel: which labelled set, checked before anybody learns from it."""

from collections.abc import Generator
from typing import Any

import ipywidgets

from lablib.transfer import figures
from lablib.transfer.examples import read_labelled
from lablib.transfer.panel.shared import DESK, OPENING, Desk
from lablib.widgets import Panel
from lablib.widgets.html import escape
from lablib.widgets.layout import in_row, mark_main


class DataPanel(Panel):
    """The set that the panels of the notebook learn from: a name, a file, an upload.

    `desk.labelled` is what is drawn.
    """

    def __init__(self, source: str, desk: Desk) -> None:
        self.desk = desk
        self.source = ipywidgets.Combobox(
            value=source, options=["sentiment", "topic"], ensure_option=False,
            description="Set", continuous_update=False,
            placeholder="sentiment, topic, a CSV file, hf:name",
        )  # fmt: skip
        self.text = ipywidgets.Text("text", description="Text in", continuous_update=False)
        self.label = ipywidgets.Text("label", description="Label in", continuous_update=False)
        self.upload = ipywidgets.FileUpload(accept=".csv", description="Upload CSV")
        self.more = ipywidgets.Button(description="Other examples")
        self.counts = ipywidgets.HTML()
        self.notes = ipywidgets.HTML()
        self.samples = ipywidgets.HTML()
        mark_main(self.source, self.samples)
        self._first = 0
        self._file: tuple[str, bytes] | None = None
        super().__init__(
            "The texts and their labels",
            [
                in_row(self.source, self.text, self.label),
                in_row(self.upload, self.more),
                self.counts,
                self.notes,
                self.samples,
            ],
            subtitle="Two sets come with the labs. Your own is a CSV file with a column of texts "
            "and one of labels; what is wrong with it is said here.",
            code=self._lines,
        )
        self.source.observe(lambda _: self._chosen(), "value")
        for control in (self.text, self.label):
            control.observe(lambda _: self.run(self._read), "value")
        self.upload.observe(self._uploaded, "value")
        self.more.on_click(lambda _: self.run(self._show_others))
        self.run(self._read)

    def _chosen(self) -> None:
        self._file = None
        self.run(self._read)

    def _uploaded(self, change: Any) -> None:
        if change.new:
            file = change.new[0]
            self._file = (str(file["name"]), bytes(file["content"]))
            self.run(self._read)

    def _read(self) -> Generator[None, None, None]:
        self.counts.value = self.notes.value = self.samples.value = ""
        yield
        source = self._file[1] if self._file else self.source.value.strip()
        found = read_labelled(source, self.text.value.strip(), self.label.value.strip())
        mark_main(self.source, self.samples)
        self._first = 0
        self.counts.value = figures.set_table(found)
        self.notes.value = escape(" ".join(found.notes) or "Nothing had to be mended.")
        self.samples.value = figures.sample_table(found, 0)
        self.desk.code = self._line()
        self.desk.labelled = found

    def _show_others(self) -> Generator[None, None, None]:
        yield
        self._first += 6
        self.samples.value = figures.sample_table(self.desk.read(), self._first)

    def _line(self) -> str:
        columns = {"text": self.text.value.strip(), "label": self.label.value.strip()}
        others = "".join(f", {k}={v!r}" for k, v in columns.items() if k != v)
        source = self._file[0] if self._file else self.source.value.strip()
        return f"labelled = tr.read_labelled({source!r}{others})\n"

    def _lines(self) -> str:
        return OPENING + self._line() + "labelled.table()"


def data_panel(source: str = "sentiment", desk: Desk | None = None) -> DataPanel:
    """Choose the labelled set that the panels of the notebook use, and look at it.

    Args:
        source: "sentiment", "topic", the path of a CSV file, or "hf:" and a hub data set.
        desk: what the panels share; None for the one of all panels.
    """
    return DataPanel(source, desk or DESK)
