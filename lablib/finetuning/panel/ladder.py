"""The ladder panel: what each way to train faster or in less memory is worth on this device."""

from contextlib import closing

import ipywidgets

from lablib.finetuning.compute.ladder import Measurement, benchmark_stages, can_compile, stages
from lablib.finetuning.figures import ladder as figures
from lablib.finetuning.panel.fields import text_field
from lablib.training.texts import read_text
from lablib.widgets import AnyModel, Drawing, LivePanel, PlotPlace, Progress, as_choice
from lablib.widgets.controls import button, checkbox, dropdown, number
from lablib.widgets.html import escape
from lablib.widgets.layout import Tabs, in_row, mark_main


class LadderPanel(LivePanel):
    """Measure on this device what bf16, a fused attention, packing and the like are worth.

    A bar for each stage, as they are measured; `found` holds them.

    Args:
        text: a text that comes with the labs, a file, a folder, or the text itself.
        seconds: how long each stage is measured.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """

    imports = "finetuning as ft, models"
    waits = True

    def __init__(self, text: str = "almanac", seconds: float = 1.5, model: AnyModel = None) -> None:
        self.text = text_field(text)
        shapes = [("this model's", "own"), ("GPT-2's, 124 M", "gpt2")]
        tip = "The size of the model that is measured; its weights are random"
        self.shape = dropdown("Shape", shapes, tooltip=tip)
        tip = "How long each stage is measured"
        self.seconds = number("Seconds", seconds, 0.2, 60, 0.5, tooltip=tip)
        name = "torch.compile too (takes a minute)"
        self.compiled = checkbox(name, disabled=not can_compile())
        tip = "Measure every stage, each in a process of its own"
        self.button = button("Climb", tip, width=200, primary=True)
        self.place, self.words, self.table = PlotPlace(), ipywidgets.HTML(), ipywidgets.HTML()
        mark_main(self.button, self.place)
        self.found: list[Measurement] = []
        controls = [self.text, self.shape, self.seconds, self.compiled]
        views = Tabs({"Chart": self.place, "Table": self.table})
        super().__init__(
            "The efficiency ladder",
            "The same training step, made faster or smaller stage by stage. Each is "
            "measured in a process of its own, so its memory is its own too.",
            [in_row(*controls, self.button), views, self.words],
            controls=controls,
            choice=as_choice(model),
            button=self.button,
        )

    def model_changed(self) -> None:
        """What was measured belongs to the model before."""
        if self.found:
            self.mark_stale()
        self.show_code()

    def draw(self) -> Drawing:
        """Measure one stage after another, drawing each."""
        m = self.model()
        chosen = stages(m.device.type, self.compiled.value)
        measuring = benchmark_stages(
            m, read_text(self.text.value), shape=self.shape.value, seconds=self.seconds.value,
            chosen=chosen,
        )  # fmt: skip
        plot = self.open_plot(figures.ladder_plot)
        self.found = []
        with closing(measuring):
            for one in measuring:
                if one is not None:
                    self.found.append(one)
                    figures.draw_ladder(plot, self.found)
                    self.words.value = escape(figures.ladder_words(self.found))
                    self.table.value = figures.ladder_table(self.found)
                yield Progress(len(self.found), len(chosen), "stages")

    def code_lines(self) -> str:
        """The speed and the memory of every stage."""
        device = self.choice.loaded.device.type if self.choice.loaded else "cpu"
        return (
            f"text = ft.read_text({self.text.value!r})\n"
            f"chosen = ft.stages({device!r}, compiled={self.compiled.value})\n"
            f"measuring = ft.benchmark_stages(m, text, shape={self.shape.value!r}, "
            f"seconds={self.seconds.value}, chosen=chosen)\n"
            "[(one.stage.name, one.tokens_per_second, one.memory) for one in measuring if one]"
        )


ladder_panel = LadderPanel
