"""The comparison panel: what two models write and predict, and taking the second one away."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import ipywidgets

from lablib import attention, sampling
from lablib.finetuning.compute.comparison import (
    Continuation,
    continue_prompts,
    general_text,
    measure_text,
    run_folder,
)
from lablib.finetuning.figures import comparison as figures
from lablib.finetuning.panel.fields import text_field
from lablib.finetuning.panel.pair import Named, PairPanel
from lablib.training.config import Config
from lablib.training.run import Run
from lablib.training.texts import read_text, split
from lablib.widgets import Drawing, LivePanel, ModelChoice, Progress, TextInput
from lablib.widgets.closing import put_in
from lablib.widgets.controls import button, number
from lablib.widgets.html import escape, scrolling
from lablib.widgets.layout import Tabs, in_row, mark_main
from lablib.widgets.panel import RateLimit

if TYPE_CHECKING:
    from lablib.models import LoadedModel

PROMPTS = "Once upon a time\nThe weather today"


class ComparisonPanel(PairPanel):
    """Compare a model before and after it learned a text, and take the second one to other labs.

    `measures` are those of the chosen text and of general text, each before and after.

    Args:
        before: a model's name or folder, or a run; None for what `after` was made from.
        after: the same; None for the newest run that has made a model.
        text: on whose held-out part both are measured; "" for the text of the run.
        prompts: one a line.
    """

    waits = True
    measures: tuple[figures.Measures, figures.Measures] | None = None

    def __init__(
        self,
        before: Named | None = None,
        after: Named | None = None,
        text: str = "",
        prompts: str = PROMPTS,
    ) -> None:
        self.text = text_field(text)
        self.text.placeholder = "the run's own"
        self.prompts = TextInput(value=prompts, label="Prompts, one a line")
        self.seeds, self.length = number("Seeds", 2, 1, 8), number("Tokens", 40, 1, 200)
        self.button = button("Compare", primary=True)
        self.sampling = button("Open in the sampling lab")
        self.attention = button("Open in the attention lab")
        self.words, self.table, self.texts = (ipywidgets.HTML() for _ in range(3))
        self.opened = ipywidgets.VBox()
        self.written: tuple[tuple[Continuation, ...], tuple[Continuation, ...]] = ((), ())
        mark_main(self.prompts, self.texts)
        super().__init__(
            "Before and after",
            "The same prompts and random draws, side by side; and how well each predicts new pages "
            "of the text, and another text.",
            before,
            after,
            [
                self.prompts,
                in_row(self.text, self.seeds, self.length, self.button, width=200),
                self.words,
                Tabs({"What they write": self.texts, "Perplexity": self.table}),
                in_row(self.sampling, self.attention, width=200),
                self.opened,
            ],
            start=self.button,
        )
        self.sampling.on_click(lambda _: self.run(lambda: self._open(sampling.generation_panel)))
        self.attention.on_click(lambda _: self.run(lambda: self._open(attention.heads_panel)))

    @property
    def config(self) -> Config:
        """The settings whose text is the chosen one."""
        folder = run_folder(self.after.value.strip())
        config = Run.open(folder).config if folder else Config()
        named = self.text.value.strip()
        return Config(text=named or config.text, heldout=config.heldout, length=config.length)

    def draw(self) -> Drawing:
        """Measure both on both texts, then let them write."""
        yield Progress(0, 0, "opening both models")
        both, config = self.open_both(), self.config
        own = split(read_text(config.text), config.heldout or 0.1)[1]
        yield Progress(0, 0, "measuring")
        found: list[figures.Measures] = []
        for text in (own, general_text(config.text)):
            measured = []
            for m in both:
                measured.append(measure_text(m, text, config.length))
                yield Progress(len(found) * 2 + len(measured), 4, "measurements")
            found.append((measured[0], measured[1]))
        self.measures = found[0], found[1]
        self.words.value = escape(figures.measures_words(*self.measures))
        self.table.value = figures.measures_table(*self.measures)
        yield from self._write(*both)

    def _write(self, *both: "LoadedModel") -> Drawing:
        """Let first the one and then the other write."""
        prompts = self._prompts()
        total = 2 * len(prompts) * self.length.value
        self.written, done, limit = ((), ()), 0, RateLimit()
        for place, m in enumerate(both):
            for texts in continue_prompts(
                m, prompts, range(self.seeds.value), max_new_tokens=self.length.value
            ):
                self.written = (texts, ()) if place == 0 else (self.written[0], texts)
                done += 1
                if limit.due():
                    self.texts.value = scrolling(figures.texts_html(*self.written), "Texts", 272)
                yield Progress(done, total, "tokens")
        self.texts.value = scrolling(figures.texts_html(*self.written), "Texts", 272)

    def _prompts(self) -> list[str]:
        return [line for line in self.prompts.value.splitlines() if line.strip()]

    def _result(self) -> str:
        """The folder or name that other labs open the second model by."""
        name = self.after.value.strip()
        folder = run_folder(name)
        return str(Run.open(folder).result if folder else name)

    def _open(self, panel: Callable[..., LivePanel]) -> Drawing:
        """A panel of another lab, with the first prompt and the second model."""
        self.open_both()
        yield None
        prompt = next(iter(self._prompts()), "")
        put_in(self.opened, [panel(prompt, model=ModelChoice(self._result()))])

    def code_lines(self) -> str:
        """The perplexities of both, and what they write."""
        config = self.config
        return self.opening() + (
            f"own = ft.split(ft.read_text({config.text!r}), {config.heldout or 0.1})[1]\n"
            f"texts = own, ft.general_text({config.text!r})\n"
            f"measures = [[ft.measure_text(m, text, {config.length}) for m in (before, after)] "
            "for text in texts]\n"
            f"prompts, seeds = {self._prompts()!r}, range({self.seeds.value})\n"
            f"written = [list(ft.continue_prompts(m, prompts, seeds, max_new_tokens="
            f"{self.length.value}))[-1] for m in (before, after)]\n"
            "[[one.perplexity for one in pair] for pair in measures], written"
        )


comparison_panel = ComparisonPanel
