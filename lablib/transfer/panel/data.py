"""The data panel: which labelled set, checked before anybody learns from it."""

from collections.abc import Generator
from dataclasses import replace
from typing import Any

import ipywidgets

from lablib.transfer.figures import data as figures
from lablib.transfer.panel.shared import DESK, OPENING, SharedClassifier, Source
from lablib.widgets import Panel
from lablib.widgets.html import escape
from lablib.widgets.layout import in_row, mark_main


class DataPanel(Panel):
    """The set that the panels of the notebook learn from: a name, a file, an upload.

    `desk.labelled` is what is drawn, and the fields say where it is from, whichever panel or door
    it came through.
    """

    def __init__(self, source: str, desk: SharedClassifier) -> None:
        self.desk = desk
        self.source = ipywidgets.Combobox(
            value=source, options=["sentiment", "topic"], ensure_option=False,
            description="Set", continuous_update=False,
            placeholder="sentiment, topic, a CSV file, hf:name",
        )  # fmt: skip
        self.text = ipywidgets.Text("text", description="Text in", continuous_update=False)
        self.label = ipywidgets.Text("label", description="Label in", continuous_update=False)
        self.upload = ipywidgets.FileUpload(accept=".csv,.tsv,.txt", description="Upload CSV")
        self.more = ipywidgets.Button(description="Other examples")
        self.counts = ipywidgets.HTML()
        self.notes = ipywidgets.HTML()
        self.samples = ipywidgets.HTML()
        mark_main(self.source, self.samples)
        self._first = 0
        self._upload: Source | None = None
        self._following = False
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
        for control in (self.source, self.text, self.label):
            control.observe(lambda _: self._changed(), "value")
        self.upload.observe(self._uploaded, "value")
        self.more.on_click(lambda _: self.run(self._show_others))
        desk.observe(lambda _: self._show(), "labelled")
        self.run(self._read)

    def _changed(self) -> None:
        """Read what a person asks for; a field that only follows asks for nothing."""
        if not self._following:
            self.run(self._read)

    def _uploaded(self, change: Any) -> None:
        if change.new:
            (file,) = change.new
            self._upload = Source(str(file["name"]), bytes(file["content"]))
            self._follow(replace(self._asked(), name=self._upload.name))
            self.upload.value = ()  # so that the same file can be chosen again
            self.run(self._read)

    def _asked(self) -> Source:
        """What the fields say."""
        name, text, label = (c.value.strip() for c in (self.source, self.text, self.label))
        uploaded = self._upload if self._upload and self._upload.name == name else None
        return Source(name, uploaded.content if uploaded else None, text, label)

    def _follow(self, source: Source) -> None:
        """Let the fields say where the set is from."""
        self._following = True
        try:
            self.source.value = source.name
            self.text.value, self.label.value = source.text, source.label
        finally:
            self._following = False

    def _read(self) -> Generator[None, None, None]:
        self.counts.value = self.notes.value = self.samples.value = ""
        yield
        source = self._asked()
        self.desk.put(source, source.read())
        self._show()  # of an equal set the desk tells nobody

    def _show(self) -> None:
        """Draw the set on the desk, which another panel may have put there."""
        found, self._first = self.desk.labelled, 0
        if found is None:
            return
        if self.desk.source.content is not None:
            self._upload = self.desk.source
        self._follow(self.desk.source)
        self.counts.value = figures.set_table(found)
        self.notes.value = escape(" ".join(found.notes) or "Nothing had to be mended.")
        self.samples.value = figures.sample_table(found, 0)
        self.show_code()

    def _show_others(self) -> Generator[None, None, None]:
        yield
        self._first += 6
        self.samples.value = figures.sample_table(self.desk.read(), self._first)

    def _lines(self) -> str:
        return OPENING + self._asked().line() + "labelled.table()"


def data_panel(source: str = "sentiment", desk: SharedClassifier | None = None) -> DataPanel:
    """Choose the labelled set that the panels of the notebook use, and look at it.

    Args:
        source: "sentiment", "topic", the path of a CSV file, or "hf:" and a hub data set.
        desk: what the panels share; None for the one of all panels.
    """
    return DataPanel(source, desk or DESK)
