"""The comparison panel: several settings of the knobs, given the same random draws."""

from collections.abc import Sequence
from typing import Any

import ipywidgets

from lablib.sampling.compute.generation import Step, generate_rows, lockstep, runs_of
from lablib.sampling.compute.knobs import Knobs
from lablib.sampling.compute.mirostat import Mirostat
from lablib.sampling.compute.text import prepare
from lablib.sampling.figures import comparison as figures
from lablib.sampling.panel.controls import knobs_code, mirostats_lines
from lablib.sampling.panel.seeds import SEEDS, SeedsView
from lablib.sampling.panel.setting import PARTS, Setting
from lablib.widgets import AnyModel, Drawing, LivePanel, Progress, TextInput, as_choice
from lablib.widgets.closing import put_in
from lablib.widgets.controls import button, number, seed_field
from lablib.widgets.html import escape
from lablib.widgets.layout import Tabs, in_row, mark_main, scrolling_rows
from lablib.widgets.panel import RateLimit
from lablib.widgets.tokens import token_dicts

SETTINGS = (
    Knobs(temperature=0),
    Knobs(temperature=0.7),
    Knobs(temperature=0.7, top_p=0.95),
    Knobs(temperature=1.3),
)
MOST_SETTINGS = 6
TOKENS_AT_ONCE = 4096
"""How many tokens, prompts included, are remembered at once: 300 MB of them for GPT-2."""

Rounds = list[tuple[Step | None, ...]]


class ComparisonPanel(LivePanel):
    """Compare what different settings of the knobs write with the same random draws.

    `runs` holds the steps of the texts in the strips.

    Args:
        prompt: the text at the start; it can be edited.
        settings: one to six settings; None for greedy, two milder ones and a wild one.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.

    Raises:
        ValueError: for no setting, or more than six.
    """

    imports = "models, sampling as sp"
    stand_in = "comparison"
    quiet_seconds = 0.2

    def __init__(
        self,
        prompt: str = "Once upon a time",
        settings: Sequence[Knobs] | None = None,
        model: AnyModel = None,
    ) -> None:
        chosen = SETTINGS if settings is None else settings
        if not 1 <= len(chosen) <= MOST_SETTINGS:
            raise ValueError(f"Give 1 to {MOST_SETTINGS} settings to compare, not {len(chosen)}.")
        self.text = TextInput(value=prompt, label="Prompt")
        self.seed, self.length = seed_field(), number("Tokens", 30, 1, 200)
        self.add_button = button("Add a setting")
        self.seeds_button = button(f"Compare {SEEDS} seeds", primary=True)
        self.settings = [self._new_setting(knobs) for knobs in chosen]
        self.rows = scrolling_rows(384)
        self.words = ipywidgets.HTML()
        self.seeds = SeedsView(on_pick=self._take_seed)
        one = ipywidgets.VBox([self.rows, self.words])
        self.tabs = Tabs({"One seed": one, f"{SEEDS} seeds": self.seeds})
        mark_main(self.seed, self.rows)
        self.runs: list[list[Step]] = []
        self._arrange()
        row = in_row(self.seed, self.length, self.add_button, self.seeds_button, width=200)
        super().__init__(
            "Same draws, other knobs",
            "The same random numbers for all: what differs comes from the knobs alone. "
            "Press a setting's name to turn its knobs.",
            [self.text, row, self.tabs],
            controls=[self.seed],
            choice=as_choice(model),
        )
        self._listen()

    def _listen(self) -> None:
        """The controls that change every text, and the buttons."""
        self.text.observe(lambda _: self._restart(), "value")
        self.length.observe(lambda _: self._restart(), "value")
        self.add_button.on_click(
            lambda _: self.add(self.settings[-1].knobs, self.settings[-1].mirostat)
        )
        self.seeds_button.on_click(lambda _: self.run(self._write_seeds))

    def model_changed(self) -> None:
        """Let the new model write."""
        self._restart()

    def add(self, knobs: Knobs, mirostat: Mirostat | None = None) -> None:
        """Put another setting below the last, its knobs open, unless there are enough."""
        if len(self.settings) < MOST_SETTINGS:
            self.settings.append(self._new_setting(knobs, mirostat))
            self.settings[-1].name.value = True
            self._arrange()
            self._restart()

    def remove(self, setting: Setting) -> None:
        """Take a setting away, unless it is the only one."""
        if len(self.settings) > 1:
            self.settings.remove(setting)
            self._arrange()
            self._restart()

    def _new_setting(self, knobs: Knobs, mirostat: Mirostat | None = None) -> Setting:
        return Setting(knobs, self._restart, self.remove, mirostat)

    def _arrange(self) -> None:
        for setting in self.settings:
            setting.remove.disabled = len(self.settings) == 1
            setting.strip.legend = setting is self.settings[-1]
        self.add_button.disabled = len(self.settings) == MOST_SETTINGS
        put_in(self.rows, self.settings)

    def _restart(self) -> None:
        """Write anew; what the seeds gave belongs to the controls as they were."""
        self.seeds.clear()
        self.tabs.line.shown = 0
        self.redraw(self.quiet_seconds)

    def _take_seed(self, seed: int) -> None:
        self.seed.value = seed
        self.tabs.line.shown = 0

    def draw(self) -> Drawing:
        """Let all settings write, a token of each at a time."""
        m, n = self.model(), self.length.value
        prompt = prepare(m, self.text.value, n)
        self.text.note = prompt.note
        settings = list(self.settings)
        knobs = [setting.knobs for setting in settings]
        how: dict[str, Any] = {"mirostats": [setting.mirostat for setting in settings]}
        rounds: Rounds = []
        limit = RateLimit()
        for steps in lockstep(m, prompt, knobs, self.seed.value, n, keep_logits=False, **how):
            rounds.append(steps)
            if limit.due():
                self._draw(settings, rounds)
            yield Progress(len(rounds), n, "tokens")
        self._draw(settings, rounds)

    def _draw(self, settings: Sequence[Setting], rounds: Rounds) -> None:
        """Bring the strips up to date: only what is new travels, but for the first round."""
        self.runs = runs_of(rounds)
        texts = [[step.id for step in run] for run in self.runs]
        tokenizer = self.model().tokenizer
        for setting, run, ids, parting in zip(
            settings, self.runs, texts, figures.divergence_positions(texts), strict=True
        ):
            tokens = token_dicts(ids, tokenizer, [step.model_probability for step in run])
            if parting is not None and parting < len(tokens):
                tokens[parting]["mark"] = PARTS
            if len(rounds) == 1:
                setting.strip.tokens = tokens
            else:
                setting.strip.append(*tokens[len(setting.strip.tokens) :])
        self.words.value = escape(figures.divergence_words(texts))

    def _write_seeds(self) -> Drawing:
        """Write a text with every seed and setting, as many together as memory allows."""
        m, n = self.model(), self.length.value
        prompt = prepare(m, self.text.value, n)
        settings = list(self.settings)
        rows = [(one.knobs, seed) for one in settings for seed in range(SEEDS)]
        mirostats = [one.mirostat for one in settings for _ in range(SEEDS)]
        names = [one.words for one in settings]
        together = max(1, TOKENS_AT_ONCE // (len(prompt.ids) + n))
        runs: list[list[Step]] = []
        for start in range(0, len(rows), together):
            some, rounds = rows[start : start + together], Rounds()
            how: dict[str, Any] = {"mirostats": mirostats[start : start + together]}
            for steps in generate_rows(m, prompt, some, n, keep_logits=False, **how):
                rounds.append(steps)
                yield Progress(start * n + len(rounds) * len(some), len(rows) * n, "tokens")
            runs += runs_of(rounds)
        self.tabs.line.shown = 1
        self.seeds.show(names, [runs[i : i + SEEDS] for i in range(0, len(runs), SEEDS)])

    def code_lines(self) -> str:
        """The texts of all settings, and how varied those of all seeds are where they are shown."""
        settings = "".join(f"    {knobs_code(setting.knobs)},\n" for setting in self.settings)
        mirostats = mirostats_lines([setting.mirostat for setting in self.settings])
        n, moving = self.length.value, ", mirostats=mirostats" if mirostats else ""
        lines = (
            f"prompt = {self.text.value!r}\n"
            f"settings = [\n{settings}]\n{mirostats}"
            f"rounds = sp.lockstep(m, prompt, settings, seed={self.seed.value}, n={n}{moving})\n"
            "texts = [[step.id for step in run if step] for run in zip(*rounds)]\n"
            "sp.first_divergence(texts)"
        )
        if not self.seeds.runs:
            return lines
        each = f"mirostats = [one for one in mirostats for seed in range({SEEDS})]\n"
        return lines + (
            f"\n\nrows = [(knobs, seed) for knobs in settings for seed in range({SEEDS})]\n"
            f"{each if mirostats else ''}"
            f"rounds = sp.generate_rows(m, prompt, rows, {n}, keep_logits=False{moving})\n"
            "runs = [[step for step in run if step] for run in zip(*rounds)]\n"
            f"[sp.diversity(runs[i : i + {SEEDS}]) for i in range(0, len(runs), {SEEDS})]"
        )


comparison_panel = ComparisonPanel
