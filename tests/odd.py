"""Odd inputs for every public call and every panel, and what may come of them.

What a person can give: texts of the kinds of the Big List of Naughty Strings (the kinds; the texts
are ours), of all corners of Unicode and of 0 to 100,000 characters, numbers at and beyond every
end, files that are not what their names say, models that are for something else. One argument of a
call is odd, the others are ordinary. Tensors and what other calls gave are always ordinary.

What may come of it is a result, or a sentence: one of `SENTENCES` that a line of ours raises.
Anything else, more than `SECONDS` of computing, and anything that was executed is a find,
and is told with the call that repeats it.
"""

import importlib
import inspect
import math
import os
import random
import re
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import ipywidgets
from plotly.basedatatypes import BaseFigure

from lablib.exercises import ExerciseError
from lablib.training.guards import NonFinite, OutOfMemory
from lablib.widgets import TextInput
from tests import ROOT
from tests.browser.rooms import ROOMS, SLOW
from tests.hard_strings import hard_string

SENTENCES = (ValueError, TypeError, ExerciseError, NonFinite, OutOfMemory)
"""What our sentences are raised as; `ModelError` and `CheckpointError` are value errors, and a type
error says that a text is needed."""
FILES = "odd"
"""The folder with the odd files, where one works."""
SECONDS = 10
"""Of computing (not of waiting beside others) after which a call hangs."""
LABLIB = str(ROOT / "lablib")
PATIENCE = 20
"""How many times its seconds a panel may take by the clock, on a busy machine."""
SAYS = (ipywidgets.HTML, ipywidgets.Label, ipywidgets.Output, ipywidgets.IntProgress)
"""Widgets whose value nobody sets."""
MARK = "<naughty onerror="
"""What no HTML of ours may have as it stands."""

TEXTS = [
    "", " ", "\n", "\t\n\r\v\f", "\x00", "a\x00b", "\x1b[31m", "\u2028\u2029", "\ufeff", "\ufffe",
    "undefined", "null", "NULL", "None", "NaN", "Infinity", "true", "hasOwnProperty", "__proto__",
    "0", "-0", "1e400", "0x1F", "1/0", "999999999999999999999", "1,000.5", "١٢٣", "½²",
    f"{MARK}1>", f"'\"></textarea></script>{MARK}2>", "&lt;b&gt; &amp; &#x3c;", "${7*7}{{7*7}}",
    "'; DROP TABLE runs; --", "$(touch CANARY)", "`touch CANARY`",
    "__import__('os').mkdir('CANARY')",
    "%s%n%d", "{0}{x}", "$\\frac{1}{0}$", "\\begin{x}", "../../../../etc/passwd", "/etc/passwd",
    "file:///etc/passwd", "C:\\con", "hf:../x", "-rf", "[MASK]", "[MASK]" * 40, "[CLS] [SEP]",
    "<|endoftext|>", "<s></s><unk>", "##ing", "Ġthe", "田中さん", "שלום עולם", "\u202eabc\u202c",
    "مرحبا بالعالم", "👩‍👩‍👧‍👦🏳️‍🌈", "🇩🇪🇫", "Z̡͖̜ͦͪ̈́a̴͢͝l̷̨̕g̵̡o", "ﷺﷺ", "ｆｕｌｌ",
    "\U000e0041\U000e007f", "\ud800", "a\udfffb",
    "a" * 5000, "a " * 5000, "é" * 3000, "👍" * 2000, "\n" * 3000, "[" * 3000, "((((" * 500,
]  # fmt: skip
LENGTHS = (0, 1, 2, 255, 1024, 10_000, 100_000)
FLOATS = (0.0, -0.0, 1.0, 0.5, -1.0, 1.0 + 2**-52, 1e-45, 1e-300, 1e38, 1e308, math.nan, math.inf,
          -math.inf)  # fmt: skip
INTS = (0, 1, -1, 2, 3, 7, 255, 256, 257, -(2**31), 2**31, 2**63, 10**30)
AMOUNTS = (0, 1, -1, 2, 5, -300)
"""For numbers that say how much is done: a larger one only takes longer."""
AMOUNT_NAMES = {
    "n", "steps", "length", "width", "positions", "rows", "beams", "most", "max_new_tokens", "each",
    "samples", "layers", "number", "vocab_size", "pairs", "blocks", "candidates", "longest",
    "every", "processes", "keep", "lengths", "trials", "block", "head_size", "context",
}  # fmt: skip


@dataclass(frozen=True)
class Find:
    """Something that must not come of an input: what was called, with what, and what came."""

    call: str
    inputs: str
    what: str

    def __str__(self) -> str:
        return f"{self.call}({self.inputs})\n    {self.what}"


class Hang(BaseException):
    """A call computed for too long."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise `Hang` in the main thread after so much computing of the whole process."""

    def stop(*_: object) -> None:
        raise Hang

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def text(rng: random.Random) -> str:
    """A text of one kind or another."""
    kind = rng.random()
    if kind < 0.5:
        return rng.choice(TEXTS)
    if kind < 0.8:
        return hard_string(rng)
    words = rng.choice(
        [["the ", "dog "], ["x"], ["\u4e2d"], [hard_string(rng)], [rng.choice(TEXTS)]]
    )
    length = rng.choice(LENGTHS)
    return "".join(rng.choice(words) or "a" for _ in range(length))[:length]


def number(rng: random.Random) -> float:
    """A float from all over, the ends among them."""
    return rng.choice(FLOATS) if rng.random() < 0.7 else rng.gauss(0, 10 ** rng.randint(-5, 5))


def whole(rng: random.Random, name: str) -> int:
    """A whole number; one that says how much is done is small."""
    return rng.choice(AMOUNTS if name in AMOUNT_NAMES else INTS)


def odd_files(folder: Path) -> None:
    """Make files and folders that are not what somebody asked for."""
    folder.mkdir()
    contents = {
        "empty.txt": b"", "zeros.txt": bytes(2000), "noise.txt": bytes(range(256)) * 20,
        "paper.pdf": b"%PDF-1.7\n%\xe2\xe3\n1 0 obj", "old.txt": b"PK\x03\x04" + bytes(100),
        "wide.txt": "\ufeffwide".encode("utf-16"), "half.txt": "é".encode()[:1] * 50,
        "config.toml": b"steps = [", "config.json": b"[" * 5000, "x.csv": b'a,"b\n' * 50,
        "model.safetensors": b"\xff" * 64, "state.json": b'{"state": 3}',
        "one-line.txt": b"a" * 10**6,
    }  # fmt: skip
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    (folder / "tree").mkdir()
    (folder / "tree/config.json").write_text('{"model_type": "gpt2", "n_layer": -1}')
    (folder / "nowhere.txt").symlink_to(folder / "gone")
    (folder / "round").symlink_to(folder / "round")
    os.mkfifo(folder / "pipe.txt")


# What calls are made with

SKIPPED = {
    "masking.learn": "trains",
    "seq2seq.learn_with_and_without_mask": "trains",
    "transfer.fine_tune": "trains", "transfer.measure_transfer": "trains",
    "finetuning.learn_from_nothing": "trains",
    "finetuning.transfer_points": "trains", "finetuning.range_test": "trains",
    "finetuning.search_settings": "trains", "finetuning.benchmark_stages": "measures for seconds",
    "finetuning.push_to_hub": "asks the hub", "foundations.train_net": "trains",
    "finetuning.cross_entropy": "takes tensors that fit each other",
    "attention.top_heads": "so does it", "foundations.token_losses": "takes a tensor of ids",
    "masking.logits_at": "so does it", "foundations.fit": "trains",
    "sampling.cache_timing": "measures for seconds",
    "masking.side_by_side": "takes a panel", "seq2seq.muted": "is a block",
    "transfer.learn_entities": "trains", "transfer.learn_filtered": "trains",
    "transfer.predict": "takes a trained classifier",
    "transfer.pushes": "so does it", "finetuning.fit": "trains",
    **dict.fromkeys(
        ["attention.clear_pattern_low_effect_head", "attention.head_plane", "attention.lens_path",
         "attention.muting_cost", "attention.so_far",
         "finetuning.annotate_batch", "finetuning.batch_losses", "finetuning.best_trial",
         "finetuning.inject_mistake", "finetuning.prepare", "finetuning.save",
         "finetuning.validate", "masking.attention_from_mask", "masking.log_probabilities",
         "masking.word_scores", "sampling.choose", "sampling.diversity", "tokenization.growth",
         "transfer.growth", "transfer.judge_all", "transfer.score", "transfer.score_entities",
         "transfer.tags", "transfer.training_sets", "transfer.worst", "transfer.wrongly",
         "transformer.forward"],
        "takes what another call gave",
    ),
}  # fmt: skip
"""Public functions that are not called here, and why."""
KINDS = {"masking": "pocket-bert", "seq2seq": "pocket-t5"}
TEXT_OF = {
    "masking": "The [MASK] sat on the mat.", "seq2seq": "plural: dog",
    "tokenization": "unhappiness",
}  # fmt: skip
NUMBERS = {
    "temperature": 1.0, "threshold": 0.5, "u": 0.5, "share": 0.2, "quality": 0.7, "layer": 0,
    "head": 0, "mask": 0, "token": None, "unit": 0, "block": 0, "start": 0, "place": 1, "k": 3,
    "max_new_tokens": 3, "most": 4, "steps": 2, "n": 2, "length": 8, "id": 5, "seed": 1,
}  # fmt: skip
"""Ordinary numbers, by the names of parameters."""
WORDS = {"word": "dog", "id": "sampling/greedy-three", "how": "occlusion", "init": "He"}


@cache
def model(name: str = "pocket-gpt2") -> Any:
    """An open model, the same one every time."""
    from lablib import models

    return models.load(name, device="cpu")


def functions() -> dict[str, Callable[..., Any]]:
    """Every public function of every room and of `models` and `data`, by "room.name"."""
    rooms = sorted(path.parent.name for path in ROOT.glob("lablib/*/__init__.pyi"))
    found = {}
    for room in rooms:
        package = importlib.import_module(f"lablib.{room}")
        for name in package.__all__:
            thing = getattr(package, name)
            if inspect.isfunction(thing) and f"{room}.{name}" not in SKIPPED:
                found[f"{room}.{name}"] = thing
    return found


ANY_TOKENIZER = (
    "Union[str, ForwardRef(PathLike[str]), ForwardRef(PreTrainedTokenizerBase), "
    "Tokenizer, LoadedModel]"
)
"""How `AnyTokenizer` reads when it is written out."""


def hints(function: Callable[..., Any]) -> dict[str, str]:
    """The annotations of a function's parameters as text, names without their modules.

    >>> from lablib import tokenization
    >>> hints(tokenization.unused)["texts"]
    'Iterable[str]'
    """
    found = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        kind = parameter.annotation
        written = kind if isinstance(kind, str) else inspect.formatannotation(kind)
        plain = re.sub(r"\b[a-z_]\w*\.(?=\w)", "", written.replace("'", ""))
        found[name] = plain.replace(ANY_TOKENIZER, "AnyTokenizer")
    return found


def ordinary(room: str, name: str, hint: str, default: Any) -> Any:
    """An ordinary value for a parameter; raises `KeyError` where none is known."""
    import torch

    from lablib import attention as at
    from lablib import foundations as fo
    from lablib import masking as mk
    from lablib import sampling as sp
    from lablib import tokenization as tk
    from lablib.training.config import Config

    plain = hint.split(" | ")[0]
    if plain == "LoadedModel":
        return model(KINDS.get(room, "pocket-gpt2"))
    if default is not inspect.Parameter.empty:
        return default
    if plain == "PreTrainedTokenizerBase" or hint == "AnyTokenizer":
        return model(KINDS.get(room, "pocket-gpt2")).tokenizer
    if plain in ("int", "float") and name in NUMBERS:
        return NUMBERS[name]
    if plain in ("int", "float"):
        return 1
    if plain == "str":
        return WORDS.get(name, TEXT_OF.get(room, "The little dog ran to the"))
    made: dict[str, Callable[[], Any]] = {
        "Knobs": sp.Knobs, "Config": lambda: Config(text="cookbook"),
        "Sequence[str]": lambda: [TEXT_OF.get(room, "The little dog"), "the sea"],
        "Iterable[str]": lambda: ["the sea"], "Sequence[int]": lambda: [1, 0, 1],
        "Sequence[float]": lambda: [0.1, 0.5, 0.9],
        "Sequence[Sequence[int]]": lambda: [[1, 2], [1, 3]],
        "Iterable[AnyTokenizer]": lambda: [model().tokenizer], "Sequence[Head]": lambda: [(0, 0)],
        "Sequence[tuple[int, int]]": lambda: [(0, 0)],
        "Encoding": lambda: tk.encode("a dog", model().tokenizer),
        "AttentionMaps": lambda: at.maps(model(), "a dog"),
        "Tensor": lambda: torch.linspace(0, 1, 8).softmax(0),
        "PreTrainedModel": lambda: model().model,
        "Split": lambda: fo.split_text("It rained.\nIt rained again.\n" * 9, model().tokenizer),
        "NGrams": lambda: fo.NGrams([0, 1, 2, 0, 1, 2, 0], 3, order=2),
        "Shape": lambda: fo.Shape(12, 768),
        "Device": lambda: next(iter(fo.DEVICES.values())),
        "Query": lambda: tk.Query(prefix=" the"), "Literal[BPE, WordPiece, Unigram]": lambda: "BPE",
        "BlockList": lambda: sp.block_list(model(), ["king"]),
        "Sequence[Knobs]": lambda: [sp.Knobs()],
        "Sequence[tuple[Knobs, int]]": lambda: [(sp.Knobs(), 0)],
        "Word": lambda: mk.Word("dog", 11, 14, 2, 3, masked=False),
        "Generator": lambda: torch.Generator().manual_seed(0),
        "Mapping[str, str]": lambda: {"English": "A dog.", "French": "Un chien."},
        "Sequence[tuple[str, str]]": lambda: [("plural: dog", "dogs")],
        "Sequence[str": lambda: ["dog", None], "Iterable[int": lambda: [None, 0, None],
        "Mapping[str, str": lambda: {"name": "text", "size": ["small", "large"]},
        "Run": lambda: "nowhere",
        "Prompt": lambda: sp.prepare(model(), "a dog"),
        "Sequence[dict[str, str]]": lambda: [{"role": "user", "content": "a dog"}],
        "Chat": lambda: sp.chat(model(), [{"role": "user", "content": "a dog"}]),
        "Path": lambda: Path("nowhere"), "PathLike": lambda: "nowhere", "bool": lambda: True,
    }  # fmt: skip
    return made[plain]()


def odd(rng: random.Random, name: str, hint: str, files: list[Path]) -> Any:
    """An odd value of the type a parameter has; raises `KeyError` where there are none."""
    first = hint.split(" | ")[0]
    if "PathLike" in hint or first == "Path":
        file = rng.choice(files)
        return file if first == "Path" else rng.choice([file, str(file), text(rng)])
    if first == "str":
        return text(rng)
    if first == "float":
        return number(rng)
    if first == "int":
        return whole(rng, name)
    if first in ("Sequence[str]", "Iterable[str]"):
        return [text(rng) for _ in range(rng.choice([0, 1, 3]))]
    if first == "Sequence[int]":
        return [whole(rng, name) for _ in range(rng.choice([0, 1, 3]))]
    if first == "Sequence[float]":
        return [number(rng) for _ in range(rng.choice([0, 1, 3]))]
    if first in ("Sequence[Head]", "Sequence[tuple[int, int]]"):
        return [(whole(rng, ""), whole(rng, ""))]
    if first.startswith("Literal["):
        return text(rng)
    if first == "LoadedModel":
        return model(rng.choice(["pocket-gpt2", "pocket-bert", "pocket-t5"]))
    raise KeyError(first)


# One call


def tried(call: str, given: dict[str, Any], function: Callable[..., Any]) -> Find | None:
    """Call, and say what must not have come of it."""
    try:
        with limited(SECONDS):
            result = function(**given)
            if inspect.isgenerator(result):
                for _, _ in zip(range(4), result, strict=False):
                    pass
    except Hang:
        return Find(call, shown(given), f"took more than {SECONDS} s")
    except Exception as error:
        wrong = not_a_sentence(error)
        return Find(call, shown(given), wrong) if wrong else None
    return None


def not_a_sentence(error: BaseException) -> str:
    """What is wrong with an exception as an answer to a person; "" if it is a sentence of ours."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if frame.filename.startswith(LABLIB)]
    where = f"{ours[-1].filename.removeprefix(LABLIB)}:{ours[-1].lineno}" if ours else "?"
    raised = (frames[-1].line or "raise").startswith("raise")  # not by what our line calls
    if isinstance(error, SENTENCES) and raised and frames[-1].filename.startswith(LABLIB):
        return "" if str(error).strip() else f"{type(error).__name__} without a word at {where}"
    return f"{type(error).__name__}: {str(error)[:200]} (at {where})"


def shown(given: dict[str, Any]) -> str:
    """The arguments, long ones with their length."""
    parts = []
    for name, value in given.items():
        said = ascii(value)
        parts.append(f"{name}={said if len(said) < 80 else said[:60] + f'…<{len(said)}>'}")
    return ", ".join(parts)


@dataclass
class Tally:
    """How many calls were made of what, and what was found."""

    calls: int = 0
    finds: list[Find] = field(default_factory=list)
    found: Callable[[Find], object] = lambda find: None

    def add(self, find: Find) -> None:
        """Note down what was found."""
        self.finds.append(find)
        self.found(find)


@contextmanager
def away(folder: Path) -> Iterator[None]:
    """Work in an empty folder with odd files in it, and ask no hub."""
    from huggingface_hub import constants

    before, offline = Path.cwd(), constants.HF_HUB_OFFLINE
    odd_files(folder / FILES)
    os.chdir(folder)
    constants.HF_HUB_OFFLINE = True
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = offline
        os.chdir(before)


def executed(folder: Path) -> list[str]:
    """What a text had made, had it been executed."""
    return [path.name for path in folder.rglob("CANARY")]


def fuzz_calls(ended: Callable[[Tally], bool], seed: int, tally: Tally) -> None:
    """Call public functions with an odd argument each, until it is said to end."""
    rng = random.Random(seed)
    files, calls = sorted(Path(FILES).iterdir()), sorted(functions().items())
    files += [Path("/dev/null"), Path("/dev/zero"), Path("\x00")]
    while True:
        rng.shuffle(calls)
        for name, function in calls:
            if ended(tally):
                return
            if found := one_call(rng, name, function, files, tally):
                tally.add(found)


def ordinary_arguments(name: str, function: Callable[..., Any]) -> dict[str, Any]:
    """Ordinary values for all parameters; raises `KeyError` where none is known for one."""
    room, signature = name.partition(".")[0], inspect.signature(function)
    return {
        one: ordinary(room, one, hint, signature.parameters[one].default)
        for one, hint in hints(function).items()
    }


def one_call(
    rng: random.Random, name: str, function: Callable[..., Any], files: list[Path], tally: Tally
) -> Find | None:
    """Call a function with one odd argument, where it has one that can be."""
    types, given = hints(function), ordinary_arguments(name, function)
    names = list(types)
    rng.shuffle(names)
    for one in names:
        try:
            given[one] = odd(rng, one, types[one], files)
            break
        except KeyError:
            continue
    else:
        return None
    tally.calls += 1
    return tried(name, given, function)


# Panels


def panels() -> dict[str, str]:
    """The code that shows each panel of every room, with the import it needs, but for those that
    work for minutes once they are shown; none is told to train.
    """
    return {
        f"{room}.{name}": f"{entries['import']}\n{code.replace('pressed(', 'show(')}"
        for room, entries in ROOMS.items()
        for name, code in entries.items()
        if name != "import" and ".click()" not in code
        and ("pressed(" in code or name not in SLOW)
    }  # fmt: skip


def opened(code: str) -> Any:
    """The panel that a notebook's code shows."""
    shown_ones: list[Any] = []
    exec(code, {"show": shown_ones.append})
    return shown_ones[-1]


def parts(widget: Any) -> Iterator[Any]:
    """A widget and all those in it."""
    yield widget
    for child in getattr(widget, "children", ()):
        yield from parts(child)


def controls(panel: Any) -> list[Any]:
    """What in a panel a person sets."""
    return [one for one in parts(panel) if one.has_trait("value") and not isinstance(one, SAYS)]


def touch(rng: random.Random, control: Any) -> Any:
    """Set a control to an odd value that a person can give it; the value."""
    before = control.value
    if isinstance(control, ipywidgets.FileUpload):
        value: Any = ({"name": text(rng)[:200], "type": "text/plain", "size": 9,
                       "content": memoryview(text(rng).encode("utf-8", "surrogatepass")),
                       "last_modified": datetime(2026, 1, 1)},)  # fmt: skip
    elif hasattr(control, "_options_full"):
        value = rng.choice([option[-1] for option in control._options_full] or [before])
    elif isinstance(before, bool):
        value = not before
    elif isinstance(before, str):
        value = text(rng)
    elif isinstance(before, int | float) and control.has_trait("min"):
        value = rng.choice([control.min, control.max])
    elif isinstance(before, int | float):
        value = type(before)(rng.choice(AMOUNTS if isinstance(before, int) else FLOATS))
    else:
        return before
    control.value = value
    return value


def wrong_in(panel: Any) -> str:
    """What is wrong with how a panel took an input; "" if it is ready, or failed in a sentence."""
    if not panel.wait(SECONDS * PATIENCE):
        return f"still at work after {SECONDS * PATIENCE} s"
    if panel.state == "failed":
        last = [line for line in panel.foot.details.splitlines() if line.startswith('  File "')]
        if not (last and LABLIB in last[-1] and raised(panel.foot.details)):
            return f"failed with: {panel.foot.message[:200]}" + f" ({last[-1].strip()})" * bool(
                last
            )
    for one in parts(panel):
        if isinstance(one, ipywidgets.HTML) and MARK in one.value:
            return f"HTML as it was typed: {one.value[:200]}"
        if isinstance(one, BaseFigure) and MARK in str(one.to_dict()):
            return "HTML as it was typed, in a plot"
    return ""


def raised(details: str) -> bool:
    """Whether the last exception of a traceback is one of our sentences.

    >>> raised("ValueError: top_p must be from 0 to 1."), raised("KeyError: 'logits'")
    (True, False)
    """
    for line in reversed(details.splitlines()):  # what it says may have several lines
        module, _, short = line.partition(":")[0].rpartition(".")
        found = getattr(sys.modules.get(module or "builtins"), short, None)
        if inspect.isclass(found) and issubclass(found, BaseException):
            return issubclass(found, SENTENCES)
    return False


def fuzz_panels(ended: Callable[[Tally], bool], seed: int, tally: Tally, touches: int = 6) -> None:
    """Open panels and set their controls, until it is said to end; each is put right again."""
    rng = random.Random(seed)
    codes = sorted(panels().items())
    while True:
        rng.shuffle(codes)
        for name, code in codes:
            if ended(tally):
                return
            one_panel(rng, name, code, touches, tally)


def one_panel(rng: random.Random, name: str, code: str, touches: int, tally: Tally) -> None:
    """Open a panel, set it to odd values and back; what is found goes into the tally."""
    panel = opened(code)
    at_first = wrong_in(panel)
    before = [(control, control.value) for control in controls(panel)]
    said = []
    for _ in range(touches if before else 0):
        control = rng.choice(controls(panel))
        value = touch(rng, control)
        said.append(f"{getattr(control, 'description', '') or type(control).__name__} = "
                    + shown({"value": value}))  # fmt: skip
        tally.calls += 1
        if wrong := wrong_in(panel):
            tally.add(Find(name, "; ".join(said), wrong))
            break
        if isinstance(control, TextInput) and control.value != value and isinstance(value, str):
            tally.add(Find(name, said[-1], "the text that was typed is not there any more"))
    for control, value in before:
        if not isinstance(control, ipywidgets.FileUpload):
            control.value = value
    wrong = wrong_in(panel) or (
        "" if panel.state in (at_first or "ready", "stale") else panel.state
    )
    if wrong:
        tally.add(Find(name, "as it came, after " + "; ".join(said), wrong))
    panel.close()
