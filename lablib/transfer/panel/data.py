"""The data panel: which labelled set, checked before anybody learns from it."""

from dataclasses import replace
from typing import Any

import ipywidgets

from lablib import data
from lablib.transfer.figures import data as figures
from lablib.transfer.panel.shared import DESK, SharedClassifier, Source
from lablib.widgets import Drawing, LivePanel
from lablib.widgets.controls import button, combobox, text_line
from lablib.widgets.html import escape
from lablib.widgets.layout import in_row, mark_main


class DataPanel(LivePanel):
    """Choose the labelled set that the panels of the notebook use, and look at it.

    The set that the panels of the notebook learn from: a name, a file, an upload.
    `desk.labelled` is what is drawn, and the fields say where it is from, whichever panel or door
    it came through.

    Args:
        source: one of the sets that come with the labs, the path of a CSV file, or "hf:" and a hub
            data set.
        desk: what the panels share; None for the one of all panels.
    """

    imports = "transfer as tr"

    def __init__(self, source: str = "sentiment", desk: SharedClassifier | None = None) -> None:
        self.desk = desk or DESK
        hint = f"{', '.join(data.labelled_names())}, a CSV file, hf:name"
        self.source = combobox("Set", data.labelled_names(), source, placeholder=hint)
        self.text = text_line("Text in", "text", continuous_update=False)
        self.label = text_line("Label in", "label", continuous_update=False)
        self.upload = ipywidgets.FileUpload(accept=".csv,.tsv,.txt", description="Upload CSV")
        self.more = button("Other examples")
        self.counts, self.notes, self.samples = (ipywidgets.HTML() for _ in range(3))
        mark_main(self.source, self.samples)
        self._first = 0
        self._upload: Source | None = None
        self._following = False
        super().__init__(
            "The texts and their labels",
            "Two sets come with the labs. Your own is a CSV file with a column of texts "
            "and one of labels; what is wrong with it is said here.",
            [
                in_row(self.source, self.text, self.label),
                in_row(self.upload, self.more),
                self.counts,
                self.notes,
                self.samples,
            ],
        )
        for control in (self.source, self.text, self.label):
            control.observe(lambda _: self._changed(), "value")
        self.upload.observe(self._uploaded, "value")
        self.more.on_click(lambda _: self.run(self._show_others))
        self.desk.observe(lambda _: self._show(), "labelled")

    def _changed(self) -> None:
        """Read what a person asks for; a field that only follows asks for nothing."""
        if not self._following:
            self.redraw()

    def _uploaded(self, change: Any) -> None:
        if change.new:
            (file,) = change.new
            self._upload = Source(str(file["name"]), bytes(file["content"]))
            self._follow(replace(self._asked(), name=self._upload.name))
            self.upload.value = ()  # so that the same file can be chosen again
            self.redraw()

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

    def draw(self) -> Drawing:
        """Read the set, and put it on the desk."""
        self.counts.value = self.notes.value = self.samples.value = ""
        yield None
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
        self.notes.value = escape(" ".join(found.notes) or "Nothing had to be repaired.")
        self.samples.value = figures.sample_table(found, 0)
        self.show_code()

    def _show_others(self) -> Drawing:
        yield None
        self._first += figures.SAMPLES
        self.samples.value = figures.sample_table(self.desk.read(), self._first)

    def code_lines(self) -> str:
        """The set as a table."""
        return self._asked().line() + "labelled.table()"


data_panel = DataPanel
