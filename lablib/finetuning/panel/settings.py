"""Controls for a `Config`: each setting with its default and one line on what it does."""

from collections.abc import Callable
from dataclasses import fields, replace
from functools import partial
from typing import Any

import ipywidgets

from lablib.training.config import PRESETS, Config
from lablib.training.methods import METHODS
from lablib.widgets.controls import checkbox, dropdown, number, text_line
from lablib.widgets.html import fill, html_widget
from lablib.widgets.layout import share_look
from lablib.widgets.presets import start_from

WIDTH, LABEL = "320px", "128px"
KEPT = ("model", "text", "task", "labels", "prompt", "sample_every", "device")
"""What a preset leaves as it is."""

PRESET_WORDS = {
    "quick: a pocket model takes on a style in a minute": "pocket",
    "the recipe of a widely copied tutorial: 8 × 128, 3 epochs, 2e-5": "source",
    "few weights: LoRA": "lora",
    "from random weights": "scratch",
}


OWN = "the model's own"
"""Stands in the menu for a dropout of None, which a menu takes for nothing chosen."""

Make = Callable[[], ipywidgets.Widget]


def _number(name: str, least: float, most: float, step: float = 1) -> Make:
    """Makes a field for a number, which stands at its least."""
    return partial(number, name, least, least, most, step)


COMMON: dict[str, tuple[Make, str]] = {
    "method": (partial(dropdown, "Method", list(METHODS)), ""),
    "epochs": (_number("Epochs", 0.01, 1000.0, step=0.5),
               "how often the whole text is gone through"),
    "batch": (_number("Batch", 1, 4096),
              "rows that one step learns from: more are steadier, and each step takes longer"),
    "length": (_number("Length", 2, 8192, step=16),
               "tokens in a row: the model sees no further back while it learns"),
    "learning_rate": (
        _number("Learning rate", 1e-9, 1.0, step=1e-5),
        "how far each step goes: too small learns nothing, too large forgets or breaks"),
    "sample_every": (_number("Sample every", 0, 100_000, step=5),
                     "steps between two samples, with the same seed each time; 0 for none"),
}  # fmt: skip
"""The settings in sight: how the control is made, and what the setting does."""

MORE: dict[str, tuple[Make, str]] = {
    "steps": (_number("Steps", 0, 10_000_000, step=10),
              "of the whole run; 0 takes them from the epochs"),
    "rank": (_number("LoRA rank", 1, 1024), "width of the small additions of LoRA"),
    "last_blocks": (_number("Last blocks", 1, 1000),
                    "how many blocks the method “last” trains"),
    "schedule": (partial(dropdown, "Schedule", ["linear", "cosine", "constant"]),
                 "how the learning rate falls to zero, or that it does not"),
    "warmup": (_number("Warm-up", 0, 100_000, step=10),
               "steps in which the learning rate rises to its highest"),
    "weight_decay": (_number("Weight decay", 0.0, 1.0, step=0.01),
                     "a pull of the matrices towards zero"),
    "max_grad_norm": (_number("Clip at", 0.0, 1000.0, step=0.5),
                      "longer gradients are cut to this length; 0 leaves them"),
    "dropout": (partial(dropdown, "Dropout", [OWN, 0.0, 0.1, 0.2, 0.3, 0.5]),
                "share of numbers dropped while training"),
    "heldout": (_number("Held out", 0.0, 0.9, step=0.05),
                "share of the text, at its end, that is never learned from"),
    "evaluate_every": (
        _number("Measure every", 0, 100_000, step=5),
        "steps between two measurements on the held-out part; 0 for the end only"),
    "patience": (
        _number("Patience", 0, 1000),
        "measurements in vain that end the run, and the best step’s model is kept; 0 for never"),
    "save_every": (_number("Save every", 0, 100_000, step=10),
                   "steps between two checkpoints to go on from; 0 for the end only"),
    "keep": (_number("Keep", 1, 1000),
             "checkpoints that stay, the newest: with more than two one can look back"),
    "sample_tokens": (_number("Sample length", 1, 1000, step=10), "tokens of a sample"),
    "micro_batch": (_number("Micro-batch", 0, 4096),
                    "rows computed at once: fewer need less memory; 0 leaves it to the engine"),
    "precision": (partial(dropdown, "Precision", ["auto", "fp32", "bf16", "fp16"]),
                  "of products; auto is bf16 where the device is fast at it"),
    "attention": (partial(dropdown, "Attention", ["auto", "sdpa", "eager"]),
                  "the kernel: sdpa keeps no table of weights, eager does"),
    "memory_limit": (_number("Memory limit", 0.0, 10_000.0, step=0.5),
                     "GB this process may take on a CPU; 0 for no limit"),
    "checkpointing": (
        partial(checkbox, "Checkpointing", indent=True),
        "forget what the way forward left and compute it again: less memory, more work"),
    "compile": (partial(checkbox, "Compile", indent=True),
                "torch.compile: faster after a minute, needs C++"),
    "packed": (partial(checkbox, "Packed rows", indent=True),
               "rows cut from one stream; else a paragraph a row, filled up with padding"),
    "seed": (_number("Seed", 0, 2**31 - 1),
             "of the order of the rows, dropout, new weights and samples"),
}  # fmt: skip
"""The settings in the fold."""

ALL = COMMON | MORE
NONE_IS_ZERO = ("steps", "micro_batch", "memory_limit")
"""Settings that are None where their control stands at 0."""
ONLY_FOR = {"rank": "lora", "last_blocks": "last"}
"""Settings of one method."""


class Settings(ipywidgets.VBox):
    """Controls for a `Config`, the common ones in sight and all others in a fold.

    What has no control (model, text, task, labels) stays as it was given.

    Args:
        config: how they stand at first.
        changed: called after each change.

    Example:
        >>> form = Settings(Config(batch=4))
        >>> form.controls["epochs"].value = 1.5
        >>> form.config == Config(batch=4, epochs=1.5)
        True
    """

    def __init__(self, config: Config, changed: Callable[[], object] = lambda: None) -> None:
        self._base = config
        presets = [("choose a preset", ""), *PRESET_WORDS.items()]
        self.preset = dropdown("Preset", presets, width=480, label=128)
        rows = {name: make() for name, (make, _) in ALL.items()}
        self.controls: dict[str, Any] = rows
        self._help = {name: html_widget("{line}", line=line) for name, (_, line) in ALL.items()}
        for control in rows.values():
            control.layout.width, control.style.description_width = WIDTH, LABEL
        always = [name for name in ALL if name not in ONLY_FOR]  # the others are hidden singly
        share_look(self.controls[name] for name in always)
        share_look(self._help[name] for name in always)
        samples = "Sample of" if config.task == "sequence" else "Samples begin"
        self.prompt = text_line(samples, config.prompt, width=480, label=128)
        self.prompt.continuous_update = False
        lines = {name: ipywidgets.HBox([rows[name], self._help[name]]) for name in ALL}
        share_look(lines.values())
        more = ipywidgets.Accordion([ipywidgets.VBox([lines[name] for name in MORE])])
        more.titles = ["More settings"]
        in_sight = [lines[name] for name in COMMON]
        super().__init__([self.preset, *in_sight, self.prompt, more])
        self.show(config)
        for control in (*rows.values(), self.prompt):
            control.observe(lambda _: self._changed(changed), "value")
        start_from(self.preset, self._take, (*rows.values(), self.prompt))

    @property
    def config(self) -> Config:
        """The settings as the controls stand."""
        values = {name: control.value for name, control in self.controls.items()}
        values |= {name: values[name] or None for name in NONE_IS_ZERO}
        if values["dropout"] == OWN:
            values["dropout"] = None
        return replace(self._base, **values, prompt=self.prompt.value)

    def show(self, config: Config) -> None:
        """Put the controls where these settings are."""
        self._base = config
        for name, control in self.controls.items():
            value = _shown(name, getattr(config, name))
            if name == "dropout" and value not in [each for _, each in control._options_full]:
                control.options = [*control.options, value]
            control.value = value
        self.prompt.value = config.prompt
        self._explain()

    def lock(self, locked: bool) -> None:
        """Whether the controls answer: not while a run goes on with these settings."""
        for control in (*self.controls.values(), self.prompt, self.preset):
            control.disabled = locked

    def _take(self, preset: str) -> None:
        kept = {name: getattr(self.config, name) for name in KEPT}
        self.show(replace(PRESETS[preset], **kept))

    def _changed(self, changed: Callable[[], object]) -> None:
        self._explain()
        changed()

    def _explain(self) -> None:
        """Say what the method does, and hide the settings of the other methods."""
        method = self.controls["method"].value
        self._help["method"].value = fill("{line}", line=METHODS[method])
        for name, only in ONLY_FOR.items():
            for part in (self.controls[name], self._help[name]):
                part.layout.display = None if method == only else "none"


def _shown(name: str, value: Any) -> Any:
    """What the control of a setting holds for a value of it."""
    if value is not None:
        return value
    return 0 if name in NONE_IS_ZERO else OWN


def config_code(config: Config) -> str:
    """A `Config` as code, without what is as it would be anyway.

    >>> config_code(Config(batch=4, text="play"))
    "ft.Config(text='play', batch=4)"
    """
    said = [
        f"{field.name}={own!r}"
        for field in fields(Config)
        if (own := getattr(config, field.name)) != field.default
    ]
    return f"ft.Config({', '.join(said)})"
