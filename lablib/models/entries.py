"""The catalogue: which models there are, and which of them need no network."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from lablib.models import hub
from lablib.models.card import Kind, ModelCard, Source
from lablib.models.checkpoint import inspect
from lablib.models.errors import ModelError
from lablib.models.packages import minilm_folder

POCKET = Path(__file__).with_name("pocket")

_POCKET_MODELS: dict[str, tuple[Kind, str]] = {
    "pocket-gpt2": ("causal", "A small GPT-2 trained on books old and new; comes with the labs."),
    "pocket-bert": ("masked", "A small BERT trained on books old and new; comes with the labs."),
    "pocket-t5": ("seq2seq", "A small T5 that translates and rewrites; comes with the labs."),
    "minilm-masked": ("masked", "MiniLM taught to fill in masked words; comes with the labs."),
}
LOCAL_NAMES = (*_POCKET_MODELS, "minilm")


# Parameters are those of the stock class of `transformers` for the kind; sizes are those of the
# hub's model.safetensors. Sources: the model cards on the hub.
# fmt: off
HUB_CARDS = {
    "openai-community/gpt2": ModelCard(
        "gpt2", "causal", "hub", 124_439_808, 548_105_171, "mit", ("en",),
        "GPT-2, the smallest of the four, by OpenAI (2019)."),
    "distilbert/distilgpt2": ModelCard(
        "distilgpt2", "causal", "hub", 81_912_576, 352_824_413, "apache-2.0", ("en",),
        "GPT-2 distilled to half its layers, by Hugging Face (2019)."),
    "google-bert/bert-base-uncased": ModelCard(
        "bert-base-uncased", "masked", "hub", 109_514_298, 440_449_768, "apache-2.0", ("en",),
        "BERT base for lower-cased English, by Google (2018)."),
    "distilbert/distilbert-base-uncased": ModelCard(
        "distilbert-base-uncased", "masked", "hub", 66_985_530, 267_954_768, "apache-2.0", ("en",),
        "BERT base distilled to half its layers, by Hugging Face (2019)."),
    "google-bert/bert-base-chinese": ModelCard(
        "bert-base-chinese", "masked", "hub", 102_290_312, 411_553_788, "apache-2.0", ("zh",),
        "BERT base for Chinese, one token a character, by Google (2018)."),
    "google-t5/t5-small": ModelCard(
        "t5-small", "seq2seq", "hub", 60_506_624, 242_043_056, "apache-2.0",
        ("en", "fr", "ro", "de"),
        "T5, the smallest: every task as text to text, by Google (2019)."),
}
# fmt: on
"""The hub models of the catalogue by their full names, under which they may be in the cache too."""

_DEFAULTS: dict[Kind, tuple[str, ...]] = {
    "causal": ("gpt2", "distilgpt2", "pocket-gpt2"),
    "masked": ("bert-base-uncased", "distilbert-base-uncased", "minilm-masked", "pocket-bert"),
    "encoder": ("bert-base-uncased", "distilbert-base-uncased", "minilm", "pocket-bert"),
    "seq2seq": ("t5-small", "pocket-t5"),
    "classifier": ("bert-base-uncased", "distilbert-base-uncased", "minilm", "pocket-bert"),
}
"""For each kind the names to try, best first. A classifier is made of an encoder."""


def catalogue() -> list[ModelCard]:
    """The models that can be chosen: those that come with the labs, then those of the hub.

    Any other hub name and any folder can be given to `load` as well.

    Example:
        >>> from lablib import models
        >>> [card.parameters for card in models.catalogue() if card.name == "gpt2"]
        [124439808]
    """
    local = [local_card(name) for name in LOCAL_NAMES if local_folder(name)]
    return [*local, *HUB_CARDS.values()]


def default_name(kind: Kind) -> str:
    """The model to start with: the best one that opens without a network.

    Where there is none, the last of its kind in the catalogue, which `load` fetches or explains.

    Example:
        >>> from lablib import models
        >>> models.default_name("seq2seq") in ("t5-small", "pocket-t5")
        True
    """
    known = {card.name for card in catalogue()}
    last = next(name for name in reversed(_DEFAULTS[kind]) if name in known)
    return next(iter(names_here(kind)), last)


def names_here(kind: Kind) -> list[str]:
    """The models of the catalogue that open as `kind` without a network, best first.

    Example:
        >>> from lablib import models
        >>> "pocket-gpt2" in models.names_here("causal")
        True
    """
    return [name for name in _DEFAULTS[kind] if _is_here(name)]


def _is_here(name: str) -> bool:
    folder = local_folder(name) or cached_folder(name)
    try:
        return folder is not None and bool(inspect(folder, name))
    except ModelError:
        return False


def local_folder(name: str) -> Path | None:
    """Where the files of a pocket model or of the packaged MiniLM lie, if they are there."""
    if name in _POCKET_MODELS:
        folder = POCKET / name
        return folder if folder.is_dir() else None
    return minilm_folder() if name == "minilm" else None


def cached_folder(name: str, whole: bool = True) -> Path | None:
    """Where a hub model lies in the hub's cache, if it is there (see `hub.cached_folder`)."""
    return hub.cached_folder(*_hub_names(name), whole=whole)


def hub_card(name: str) -> ModelCard | None:
    """The card of a hub model of the catalogue, by either of its names."""
    return HUB_CARDS.get(_hub_names(name)[-1])


def _hub_names(name: str) -> tuple[str, ...]:
    """Both names of a hub model of the catalogue, the full one last; of any other its one name."""
    both = ((card.name, full) for full, card in HUB_CARDS.items())
    return next((names for names in both if name in names), (name,))


def kind_of(name: str) -> Kind | None:
    """What a model of the catalogue is for; None for one that is not in it.

    Example:
        >>> kind_of("minilm-masked"), kind_of("google-t5/t5-small"), kind_of("no such model")
        ('masked', 'seq2seq', None)
    """
    if name == "minilm":
        return "encoder"
    if name in _POCKET_MODELS:
        return _POCKET_MODELS[name][0]
    card = hub_card(name)
    return card.kind if card else None


def local_card(name: str) -> ModelCard:
    """The card of a pocket model or of the packaged MiniLM, which must be there."""
    folder = local_folder(name)
    assert folder is not None
    if name == "minilm":
        summary = "all-MiniLM-L6-v2: a real 6-layer BERT encoder of sentences (2021)."
        return folder_card(name, "encoder", "package", folder, summary)
    kind, summary = _POCKET_MODELS[name]
    return folder_card(name, kind, "pocket", folder, summary)


def card_of(name: str, kind: Kind, source: Source, folder: Path) -> ModelCard:
    """The card of any model that lies in `folder`: the catalogue's, or one made from its files."""
    if card := hub_card(name):
        return card
    if name in LOCAL_NAMES:
        return local_card(name)
    summary = "A model of the Hugging Face hub." if source == "hub" else "A model in a folder."
    return folder_card(name, kind, source, folder, summary)


def folder_card(name: str, kind: Kind, source: Source, folder: Path, summary: str) -> ModelCard:
    """The card of a model whose files are here: numbers from its weights, the rest from README.md.

    `parameters` is None where the weights cannot be read; `load` says what is wrong with them.
    """
    licence, languages = _readme(folder)
    to_download = None if source == "hub" else 0
    card = ModelCard(name, kind, source, None, to_download, licence, languages, summary)
    try:
        return replace(card, parameters=inspect(folder, name).parameters)
    except ModelError:
        return card


def _readme(folder: Path) -> tuple[str, tuple[str, ...]]:
    """Licence and languages from the head of a model card, as the hub has them.

    See https://huggingface.co/docs/hub/model-cards for the form. Anybody's README.md may be there,
    so whatever cannot be understood counts as not said.
    """
    from huggingface_hub import metadata_load

    try:
        head = metadata_load(folder / "README.md") or {}
    except Exception:
        head = {}
    licence, language = head.get("license"), head.get("language") or ()
    codes = (language,) if isinstance(language, str) else tuple(map(str, language))
    return str(licence or "unknown"), codes
