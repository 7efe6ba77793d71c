"""Every setting of a fine-tuning run, in one frozen record that is also a small TOML file."""

import json
import os
import tomllib
from dataclasses import asdict, dataclass, fields
from math import isfinite
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from lablib.unicode import well_formed
from lablib.writable import put

TaskName = Literal["causal", "masked", "classification", "sequence"]
Method = Literal["full", "lora", "last", "scratch", "head"]
Schedule = Literal["linear", "cosine", "constant"]
Precision = Literal["auto", "fp32", "bf16", "fp16"]
AttentionKernel = Literal["auto", "sdpa", "eager"]
Device = Literal["auto", "cpu"]


@dataclass(frozen=True)
class Config:
    """The settings of one run.

    Attributes:
        model: a name of the catalogue or of the hub, or a folder.
        text: the name of a text that comes with the labs, a file, a folder, a hub data set as
            "hf:name", or the text itself; see `texts.read_text`.
            JSONL of conversations (`messages`, or `prompt` and `completion`) teaches a causal model
            the answers only, one conversation a row; see `training.chats`.
        task: what is learned: the next token (causal), hidden tokens (masked), a label for each
            text (classification), or another text (sequence).
        method: which weights learn: all of them (full), small additions (lora), the last blocks
            (last), all of them from random ones (scratch), or a new head only (head).
        steps: optimizer steps; None takes them from `epochs`.
        epochs: how often the text is gone through.
        batch: rows per optimizer step, over all processes and micro-batches.
        micro_batch: rows that one device computes at once; None leaves it to the engine. It
            changes memory and speed only, not what is learned.
        length: tokens in a row.
        learning_rate: the highest one of the run.
        schedule: how the learning rate falls to zero after the warm-up, or that it does not.
        warmup: steps in which it rises to its highest.
        weight_decay: pull towards zero, on matrices only, not on biases and norms.
        max_grad_norm: longer gradients are cut to this length; 0 leaves them as they are.
        rank: of the LoRA factors.
        last_blocks: how many blocks the method "last" trains, with the final norm.
        dropout: share of numbers dropped while training; None leaves the model's own.
        heldout: share of the text, at its end, that is never learned from.
        evaluate_every, sample_every, save_every: steps between two measurements on the held-out
            part, two samples, two checkpoints; 0: only at the end (a sample: never).
        keep: so many checkpoints stay, the newest. Two are for going on, one in case the newest one
            is damaged; with more one can look back at how the model learned. Each takes three times
            the room of what learns.
        patience: so many measurements in a row that are not below the lowest held-out loss end the
            run, and its result is the model that had the lowest; 0: the run goes to its last step,
            and the result is the model of that step.
        log_every: steps between two readings of loss and speed; None: every step on a CPU, every
            tenth on a GPU, which a reading makes wait.
        prompt: how the samples begin; where a text is turned into another, what they are made of.
        sample_tokens: how long they are.
        precision: "auto" is bf16 where the device is fast at it, else fp32.
        attention: the kernel; "auto" takes the faster one on the device.
        checkpointing: forget activations and compute them again: less memory, a third more work.
        compile: let torch compile the model, which needs a C++ compiler and a minute.
        packed: rows cut from one long stream of tokens; else one paragraph a row, and padding.
        memory_limit: GB (10^9 bytes) this process may take on a CPU; None: no limit.
        seed: of the batch order, dropout, new weights and samples.
        labels: the names of the classes; empty takes them from the data.
        device: "auto" takes a GPU where there is one.
    """

    model: str = "pocket-gpt2"
    text: str = "almanac"
    task: TaskName = "causal"
    method: Method = "full"
    steps: int | None = None
    epochs: float = 3.0
    batch: int = 8
    micro_batch: int | None = None
    length: int = 128
    learning_rate: float = 5e-4
    schedule: Schedule = "linear"
    warmup: int = 0
    weight_decay: float = 0.01
    max_grad_norm: float = 1.0
    rank: int = 8
    last_blocks: int = 2
    dropout: float | None = None
    heldout: float = 0.1
    evaluate_every: int = 20
    sample_every: int = 0
    save_every: int = 50
    keep: int = 2
    patience: int = 0
    log_every: int | None = None
    prompt: str = "Once upon a time"
    sample_tokens: int = 60
    precision: Precision = "auto"
    attention: AttentionKernel = "auto"
    checkpointing: bool = False
    compile: bool = False
    packed: bool = True
    memory_limit: float | None = None
    seed: int = 0
    labels: tuple[str, ...] = ()
    device: Device = "auto"


QUIET: dict[str, Any] = dict.fromkeys(
    ("evaluate_every", "sample_every", "save_every", "patience"), 0
)
"""With these changes a run does nothing but learn, and measure at its two ends."""

PRESETS: dict[str, Config] = {
    "pocket": Config(),
    "source": Config(
        model="gpt2", batch=8, length=128, epochs=3.0, learning_rate=2e-5, schedule="linear"
    ),
    "lora": Config(method="lora", learning_rate=2e-3),
    "scratch": Config(method="scratch", learning_rate=1e-3, warmup=20, epochs=10.0),
}
"""Starting points: a small model in a minute; the recipe of a widely copied tutorial (batch 8,
length 128, 3 epochs, learning rate 2e-5, AdamW, linear schedule without warm-up); few weights that
learn; none that learned before."""

_AT_LEAST: dict[str, float] = {
    "steps": 1, "batch": 1, "micro_batch": 1, "length": 2, "rank": 1, "last_blocks": 1,
    "keep": 1, "warmup": 0, "evaluate_every": 0, "sample_every": 0, "save_every": 0, "patience": 0,
    "log_every": 1, "sample_tokens": 1, "weight_decay": 0, "max_grad_norm": 0, "dropout": 0,
    "heldout": 0, "seed": 0,
}  # fmt: skip
_ABOVE_ZERO = ("epochs", "learning_rate", "memory_limit")
_BELOW_ONE = ("dropout", "heldout")


def check(config: Config) -> None:
    """Refuse settings with which nothing could be learned.

    Raises:
        ValueError: with a sentence for the first setting that is wrong.

    >>> check(Config(learning_rate=0.0))
    Traceback (most recent call last):
    ...
    ValueError: learning_rate is 0.0, and with that nothing is learned: take a number above 0.
    """
    for name, kind in get_type_hints(Config).items():
        value = getattr(config, name)
        if get_origin(kind) is Literal and value not in get_args(kind):
            raise ValueError(f"{name} is one of {', '.join(get_args(kind))}, not {value!r}.")
        if isinstance(value, int | float) and not isfinite(value):
            raise ValueError(f"{name} is {value}: take an ordinary number.")
    _check_numbers(config)
    if config.micro_batch and config.micro_batch > config.batch:
        raise ValueError(
            f"micro_batch is {config.micro_batch} rows and batch only {config.batch}: a "
            "micro-batch is a part of the batch."
        )
    if config.patience and not config.evaluate_every:
        raise ValueError(
            "patience counts measurements on the held-out part, and evaluate_every is 0: say how "
            "many steps lie between two, or take patience=0."
        )


def _check_numbers(config: Config) -> None:
    for name in _ABOVE_ZERO:
        if (value := getattr(config, name)) is not None and value <= 0:
            raise ValueError(
                f"{name} is {value}, and with that nothing is learned: take a number above 0."
            )
    for name, least in _AT_LEAST.items():
        if (value := getattr(config, name)) is not None and value < least:
            raise ValueError(f"{name} is {value}, but it has to be {least:g} or more.")
    for name in _BELOW_ONE:
        if (value := getattr(config, name)) is not None and value >= 1:
            raise ValueError(f"{name} is {value}, but it is a share: take a number below 1.")


def write_config(config: Config, path: str | os.PathLike[str]) -> None:
    """Write settings as TOML; those that are None are left out.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "config.toml")
    >>> write_config(Config(steps=5), path)
    >>> read_config(path) == Config(steps=5)
    True
    """
    lines = [f"{k} = {_toml(v)}\n" for k, v in asdict(config).items() if v is not None]
    put(Path(path), "".join(lines))


def _toml(value: Any) -> str:
    """A value in TOML, whose strings are JSON's but for one control character.

    >>> _toml(('a"b', 'ü')), _toml(True), _toml(2e-5)
    ('["a\\\\"b", "ü"]', 'true', '2e-05')
    """
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, str):
        return json.dumps(well_formed(value), ensure_ascii=False).replace("\x7f", "\\u007f")
    return json.dumps(value)


def read_config(path: str | os.PathLike[str]) -> Config:
    """Settings from a TOML file; those it does not name have their defaults.

    Raises:
        ValueError: with a sentence that says what is wrong with the file.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp(), "config.toml")
        >>> _ = path.write_text("steps = 20")
        >>> config = read_config(path)
        >>> config.steps, config.batch
        (20, 8)
        >>> _ = path.write_text("stepps = 20")
        >>> read_config(path)
        Traceback (most recent call last):
        ...
        ValueError: There is no setting 'stepps': see help(Config) for their names.
    """
    try:
        values = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ValueError(f"There is no file {str(path)!r}: check the path.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"{str(path)!r} is not a TOML file: {error}.") from error
    except OSError as error:
        raise ValueError(f"{str(path)!r} cannot be read ({error.strerror}).") from error
    except ValueError as error:  # no file can have such a name
        raise ValueError(f"{str(path)!r} cannot be read ({error}).") from error
    unknown = sorted(set(values) - {field.name for field in fields(Config)})
    if unknown:
        raise ValueError(f"There is no setting {unknown[0]!r}: see help(Config) for their names.")
    config = Config(**{name: _typed(name, value) for name, value in values.items()})
    check(config)
    return config


def _typed(name: str, value: Any) -> Any:
    """A value of a file as its setting's type: TOML's arrays are lists, and 3 may mean 3.0."""
    kind = get_type_hints(Config)[name]
    choices = [kind] if get_origin(kind) in (Literal, tuple) else get_args(kind) or [kind]
    if (
        isinstance(value, list)
        and get_origin(kind) is tuple
        and all(isinstance(one, str) for one in value)
    ):
        return tuple(value)
    if type(value) is int and float in choices:
        return float(value)
    if get_origin(kind) is Literal or type(value) in choices:
        return value
    raise ValueError(f"{name} cannot be {value!r}: see help(Config).")
