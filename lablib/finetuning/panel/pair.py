"""What the panels of before and after share: which two models, and opening them."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import ipywidgets

from lablib import models
from lablib.finetuning.compute.comparison import open_result, run_folder
from lablib.training.run import Run, runs
from lablib.widgets import LivePanel
from lablib.widgets.controls import button, combobox
from lablib.widgets.layout import in_row

if TYPE_CHECKING:
    from lablib.models import LoadedModel

Named = str | os.PathLike[str] | Run
READ = "The lamp was lit, and the boats came home."
"""What both models read where nothing else is said: the logbook's words, in a new sentence."""
NOTHING_YET = (
    "There is no finished run yet: train one and press “The newest run”, or name a folder with a "
    "model under “After”."
)


class PairPanel(LivePanel):
    """A panel about two models: one before it learned something, and one after.

    Args:
        before: a model's name or folder, or a run; None for what `after` was made from.
        after: the same; None for the newest run that has made a model.
        body: what stands below the two fields.
        controls: those that the picture depends on, besides the two fields.
        start: the button of a panel that waits for it.
    """

    imports = "finetuning as ft"

    def __init__(
        self,
        title: str,
        subtitle: str,
        before: Named | None,
        after: Named | None,
        body: Sequence[ipywidgets.Widget],
        controls: Sequence[ipywidgets.Widget] = (),
        start: ipywidgets.Button | None = None,
    ) -> None:
        finished = finished_runs()
        known = [*finished, *models.names_here("causal")]
        chosen = name_of(after) or next(iter(finished), "")
        self.before, self.after = (
            combobox(name, known, value, width=344, placeholder="a model, a folder or a run")
            for name, value in (("Before", name_of(before) or origin(chosen)), ("After", chosen))
        )
        self.newest = button("The newest run", "Put the newest finished run under After", 160)
        self.newest.on_click(lambda _: self.take_newest())
        super().__init__(
            title,
            subtitle,
            [in_row(self.before, self.after, self.newest), *body],
            controls=[] if self.waits else [*controls, self.before, self.after],
            button=start,
        )

    def take_newest(self) -> None:
        """Put the newest finished run into the fields, if there is one by now."""
        finished = finished_runs()
        for field in (self.before, self.after):
            field.options = [*finished, *models.names_here("causal")]
        if finished:
            self.before.value, self.after.value = origin(finished[0]), finished[0]

    def open_both(self) -> tuple["LoadedModel", "LoadedModel"]:
        """The two models; call it inside work.

        Raises:
            ValueError: if one cannot be had.
        """
        after = self.after.value.strip()
        if not after:
            raise ValueError(NOTHING_YET)
        before = self.before.value.strip() or origin(after)
        return open_result(before, self.slot.report), open_result(after, self.slot.report)

    def opening(self) -> str:
        """The lines that open the two models."""
        return (
            f"before = ft.open_result({self.before.value.strip() or origin(self.after.value)!r})\n"
            f"after = ft.open_result({self.after.value.strip()!r})\n"
        )


def finished_runs() -> list[str]:
    """The folders of the runs here that have made a model, the newest first."""
    return [str(run.folder) for run in runs() if (run.folder / "model" / "config.json").is_file()]


def name_of(named: Named | None) -> str:
    """How a model or a run is named in a field."""
    return str(named.folder if isinstance(named, Run) else named or "")


def origin(name: str) -> str:
    """What the model of a run was made from; the default model of anything else.

    >>> origin("nowhere") == models.default_name("causal")
    True
    """
    folder = run_folder(name.strip())
    return Run.open(folder).config.model if folder else models.default_name("causal")
