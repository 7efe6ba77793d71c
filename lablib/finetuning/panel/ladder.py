"""The ladder panel: what each way to train faster or in less memory is worth on this device."""

from collections.abc import Generator
from contextlib import closing

import ipywidgets

from lablib import models
from lablib.finetuning.compute.ladder import Measurement, benchmark_stages, can_compile, stages
from lablib.finetuning.figures import ladder as figures
from lablib.finetuning.panel.fields import button, text_field
from lablib.training.texts import read_text
from lablib.widgets import ModelChoice, Panel, Progress, as_choice
from lablib.widgets.html import escape
from lablib.widgets.layout import Tabs, in_row, mark_main
from lablib.widgets.plot import Plot


class LadderPanel(Panel):
    """A bar for each stage, as they are measured; `found` holds them."""

    def __init__(self, text: str, seconds: float, model: str | ModelChoice | None) -> None:
        self.text = text_field(text)
        self.shape = ipywidgets.Dropdown(
            options=[("this model's", "own"), ("GPT-2's, 124 M", "gpt2")],
            description="Shape",
            tooltip="The size of the model that is measured; its weights are random",
        )
        self.seconds = ipywidgets.BoundedFloatText(
            seconds,
            min=0.2,
            max=60,
            step=0.5,
            description="Seconds",
            tooltip="How long each stage is measured",
        )
        self.compiled = ipywidgets.Checkbox(
            False, description="torch.compile too (takes a minute)", indent=False,
            disabled=not can_compile(),
        )  # fmt: skip
        self.button = button("Climb", "Measure every stage, each in a process of its own")
        self.place, self.words, self.table = (
            ipywidgets.VBox(), ipywidgets.HTML(), ipywidgets.HTML(),
        )  # fmt: skip
        self.plot: Plot | None = None
        mark_main(self.button, self.place)
        self.found: list[Measurement] = []
        controls = [self.text, self.shape, self.seconds, self.compiled, self.button]
        super().__init__(
            "The efficiency ladder",
            [in_row(*controls), Tabs({"Chart": self.place, "Table": self.table}), self.words],
            choice=as_choice(model),
            subtitle="The same training step, made faster or smaller stage by stage. Each is "
            "measured in a process of its own, so its memory is its own too.",
            code=self._lines,
        )
        self.button.on_click(lambda _: self.run(self._climb))
        for control in controls[:-1]:
            control.observe(lambda _: self.show_code(), "value")

    def model_changed(self) -> None:
        """What was measured belongs to the model before."""
        if self.found:
            self.mark_stale()
        self.show_code()

    def _climb(self) -> Generator[Progress | None, None, None]:
        m = self.model()
        chosen = stages(m.device.type, self.compiled.value)
        measuring = benchmark_stages(
            m, read_text(self.text.value), shape=self.shape.value, seconds=self.seconds.value,
            chosen=chosen,
        )  # fmt: skip
        if self.plot is None:
            self.plot = figures.ladder_plot()
        self.found = []
        with closing(measuring):
            for one in measuring:
                if one is not None:
                    self.found.append(one)
                    self._draw(self.plot)
                yield Progress(len(self.found), len(chosen), "stages")

    def _draw(self, plot: "Plot") -> None:
        self.place.children = [plot]
        figures.draw_ladder(plot, self.found)
        self.words.value = escape(figures.ladder_words(self.found))
        self.table.value = figures.ladder_table(self.found)

    def _lines(self) -> str:
        device = self.choice.loaded.device.type if self.choice.loaded else "cpu"
        name = self.choice.name or models.default_name("causal")
        return (
            "from lablib import finetuning as ft, models\n\n"
            f"m = models.load({name!r})\n"
            f"text = ft.read_text({self.text.value!r})\n"
            f"chosen = ft.stages({device!r}, compiled={self.compiled.value})\n"
            f"measuring = ft.benchmark_stages(m, text, shape={self.shape.value!r}, "
            f"seconds={self.seconds.value}, chosen=chosen)\n"
            "[(one.stage.name, one.tokens_per_second, one.memory) for one in measuring if one]"
        )


def ladder_panel(
    text: str = "almanac", seconds: float = 1.5, model: str | ModelChoice | None = None
) -> LadderPanel:
    """Measure on this device what bf16, a fused attention, packing and the like are worth.

    Args:
        text: a text that comes with the labs, a file, a folder, or the text itself.
        seconds: how long each stage is measured.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """
    return LadderPanel(text, seconds, model)
