"""Opening a checkpoint: the right class, the right precision, every weight from its file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any

from lablib.models import adapter, checkpoint
from lablib.models.card import KIND_WORDS, Attention, Kind
from lablib.models.checkpoint import Checkpoint
from lablib.models.errors import ModelError, quoted, reason
from lablib.models.text import vectors

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerBase

AUTO: dict[Kind, str] = {
    "causal": "AutoModelForCausalLM",
    "masked": "AutoModelForMaskedLM",
    "encoder": "AutoModel",
    "seq2seq": "AutoModelForSeq2SeqLM",
    "classifier": "AutoModelForSequenceClassification",
}
"""The classes of `transformers` that open a model as each kind."""

# Padding a table of vectors up to a round size adds a few percent at most, so a tokenizer that
# covers less than this share of it belongs to another model.
_SHARE_OF_VECTORS = 0.9
# Gemma 3's text models lack the vector of one entry, some of Code Llama's those of sixteen.
_MOST_WITHOUT_VECTOR = 16


def open_model(
    found: Checkpoint, kind: Kind, device: torch.device, attention: Attention
) -> PreTrainedModel:
    """Open a checkpoint as a new model in `eval()` mode, with every weight from its file.

    Raises:
        ModelError: if it is of another kind, lacks weights, or cannot be opened.
    """
    import torch

    from lablib.randomness import seeded

    config = read_architecture(found)
    auto, model_class = _classes(found, config, kind)
    has_sdpa = getattr(model_class, "_supports_sdpa", False)
    # A worker thread is in inference mode, whose tensors could never be trained or explained.
    with torch.inference_mode(False), quiet(), _explained(found), seeded(0):
        model, report = auto.from_pretrained(
            found.base,
            config=config,
            dtype=precision(found.precision, device),
            attn_implementation=attention if has_sdpa else "eager",
            use_safetensors=True,
            local_files_only=True,
            trust_remote_code=False,
            output_loading_info=True,
        )
        missing = set(report["missing_keys"])
        if found.is_adapter:
            missing -= adapter.apply(model, found.folder)
        _refuse_made_up(found, kind, model, missing)
        # `to` would be a no-op on a CPU, but on a GPU it is where memory runs out.
        return model.eval().to(device)


def read_architecture(found: Checkpoint) -> PreTrainedConfig:
    """The configuration of a checkpoint, whose architecture transformers must know by itself."""
    from transformers import CONFIG_MAPPING, AutoConfig

    content = checkpoint.read_config(found.folder, found.name)
    if content["model_type"] in CONFIG_MAPPING:
        with _explained(found):
            return AutoConfig.from_pretrained(
                found.folder, local_files_only=True, trust_remote_code=False
            )
    if "auto_map" in content:
        raise ModelError(
            f"{quoted(found.name)} runs only with program code of its own, and such "
            "code is never run here: choose a model of an architecture transformers knows."
        )
    raise ModelError(
        f"{quoted(found.name)} is of the architecture "
        f"{quoted(content['model_type'])}, which this version of transformers does not know."
    )


def kinds_of(config: PreTrainedConfig) -> set[Kind]:
    """What an architecture can be opened as.

    transformers offers BERT as a next-word model too; that is for decoders only. A classifier is
    what was saved as one: elsewhere its head would be made up.

    Example:
        >>> from transformers import BertConfig, GPT2Config
        >>> sorted(kinds_of(BertConfig())), sorted(kinds_of(GPT2Config()))
        (['encoder', 'masked'], ['causal'])
    """
    from transformers import MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING as WITH_HEAD

    saved_as = config.architectures or []
    classifier = any(name.endswith("ForSequenceClassification") for name in saved_as)
    found = _kinds_of_body(config)
    return found | {"classifier"} if classifier and type(config) in WITH_HEAD else found


def _kinds_of_body(config: PreTrainedConfig) -> set[Kind]:
    """The same, whatever head it was saved with."""
    import transformers as tf

    def offered(mapping: Any) -> bool:
        return type(config) in mapping

    if config.is_encoder_decoder:
        return {"seq2seq"} if offered(tf.MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING) else set()
    if offered(tf.MODEL_FOR_MASKED_LM_MAPPING) and not getattr(config, "is_decoder", False):
        return {"masked", "encoder"}
    if offered(tf.MODEL_FOR_CAUSAL_LM_MAPPING):
        return {"causal"}
    return {"encoder"} if offered(tf.MODEL_MAPPING) else set()


def class_names(config: PreTrainedConfig) -> tuple[str, ...]:
    """The classes of a classifier, in the order of its outputs.

    >>> from transformers import BertConfig
    >>> class_names(BertConfig(id2label={0: "bad", 1: "good"}))
    ('bad', 'good')
    """
    names: Any = config.id2label or {}
    return tuple(names[number] for number in sorted(names))


def _classes(found: Checkpoint, config: PreTrainedConfig, kind: Kind) -> tuple[Any, Any]:
    """The Auto class for a kind, and the model class it stands for here."""
    import transformers as tf

    possible = kinds_of(config)
    if kind not in possible:
        instead = " or ".join(f"kind={name!r}" for name in sorted(possible))
        raise ModelError(
            f"{quoted(found.name)} is not {KIND_WORDS[kind]}: choose another model"
            + (f", or open it with {instead}." if instead else ".")
        )
    both_heads = kind == "masked" and _has_both_heads(config)
    auto = getattr(tf, "AutoModelForPreTraining" if both_heads else AUTO[kind])
    return auto, auto._model_mapping[type(config)]


def _has_both_heads(config: PreTrainedConfig) -> bool:
    """Whether a masked model was saved with its sentence head.

    ELECTRA's class of that name is no masked model: it tells real words from replaced ones.
    """
    saved_as = (config.architectures or [""])[0]
    return saved_as.endswith("ForPreTraining") and config.model_type != "electra"


def precision(stored: str, device: torch.device) -> torch.dtype | str:
    """The precision to compute in, for weights stored as `stored` (safetensors' word).

    Example:
        >>> import torch
        >>> precision("F32", torch.device("cpu")), precision("F16", torch.device("cpu"))
        (torch.float32, torch.float32)
    """
    import torch

    own = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}.get(stored, "auto")
    if device.type == "cpu" and own is torch.float16:
        return torch.float32
    if device.type == "cuda" and own is torch.float32:
        fast = torch.cuda.is_bf16_supported(including_emulation=False)
        return torch.bfloat16 if fast else torch.float16
    return own


def _refuse_made_up(
    found: Checkpoint, kind: Kind, model: PreTrainedModel, missing: set[str]
) -> None:
    """Refuse weights that are in no file: transformers makes them up at random and only warns.

    BERT's pooler is the exception: as an encoder it works without one, so it gets none.
    """
    if kind == "encoder" and missing and all(name.startswith("pooler.") for name in missing):
        model.pooler = None  # type: ignore[assignment]
    elif missing:
        raise ModelError(
            f"{quoted(found.name)} cannot be {KIND_WORDS[kind]}: {len(missing)} of "
            f"the weights for that are not in its files ({min(missing)}, …)."
        )


def require_fit(name: str, tokenizer: PreTrainedTokenizerBase, model: PreTrainedModel) -> None:
    """Refuse a tokenizer with far more entries than the model has vectors, or with far fewer.

    A few vectors too many are usual: they round the table up to a size that computes faster. A few
    entries too many stand for what this model was not made for, such as pictures: a text that has
    one of them is refused (see `text.require_vectors`).
    """
    known = vectors(model)
    entries = max(tokenizer.get_vocab().values(), default=-1) + 1
    if not _SHARE_OF_VECTORS * known <= entries <= known + _MOST_WITHOUT_VECTOR:
        raise ModelError(
            f"The tokenizer of {quoted(name)} does not fit its weights: it has {entries:,} entries "
            f"and the model has vectors for {known:,}. Put the tokenizer the model was trained "
            "with beside it."
        )


@contextmanager
def _explained(found: Checkpoint) -> Iterator[None]:
    """Turn whatever opening raises into a ModelError: a foreign folder can break it in any way."""
    import torch

    shown = quoted(found.name)
    try:
        yield
    except ModelError:
        raise
    except (MemoryError, torch.OutOfMemoryError) as error:
        raise ModelError(
            f"There is not enough memory to open {shown}: close other notebooks or "
            "choose a smaller model."
        ) from error
    except Exception as error:
        raise ModelError(
            f"{shown} cannot be opened: its configuration and its weights do not "
            f"agree, or a file is damaged ({reason(error)})."
        ) from error


@contextmanager
def quiet() -> Iterator[None]:
    """No progress bar and no reports from transformers: panels say what happens.

    Several threads may be inside at once; the last one out brings both back.

    >>> from transformers.utils import logging
    >>> with quiet():
    ...     logging.is_progress_bar_enabled()
    False
    """
    from transformers.utils import logging

    with _TURN:
        _FOUND.append((logging.get_verbosity(), logging.is_progress_bar_enabled()))
        logging.set_verbosity_error()
        logging.disable_progress_bar()
    try:
        yield
    finally:
        with _TURN:
            level, bars = _FOUND.pop()
            if not _FOUND:
                logging.set_verbosity(level)
                if bars:
                    logging.enable_progress_bar()


_TURN = Lock()
_FOUND: list[tuple[int, bool]] = []
"""What those inside `quiet` found on entering; what the first of them found is brought back."""
