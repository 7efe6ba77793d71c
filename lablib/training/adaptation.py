"""Teaching a pretrained encoder a new task with few new numbers: MiniLM learns to fill in words."""

from pathlib import Path

import torch
from peft import LoraConfig, inject_adapter_in_model
from safetensors.torch import load_file, save_file
from transformers import BertForPreTraining, PreTrainedModel, PreTrainedTokenizerBase

from lablib.models import places
from lablib.models.adapter import ADAPTER_WEIGHTS, PREFIX
from lablib.models.checkpoint import MINILM

_ENCODER_MAPS = r"bert\.encoder\..*\.(query|key|value|dense)"
_SHIFT = 3.0
_OTHER_TEXTS = 0.2


def adapted_minilm(rank: int) -> BertForPreTraining:
    """The packaged MiniLM with BERT's two pretraining heads, ready to learn with few numbers.

    Every linear map of the encoder gets two LoRA factors of `rank` (Hu et al. 2021). Beside them
    only the heads learn, and the pooler, which is the first half of the next-sentence head. The
    word embeddings stay, and so does the word head's matrix, which is the same.

    Raises:
        ModelError: if the package of MiniLM is not installed.
    """
    model = BertForPreTraining.from_pretrained(
        places.find("minilm").folder, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
    )
    _start_near_identity(model)
    inject_adapter_in_model(_settings(rank), model)
    for name, parameter in model.named_parameters():
        head = ("cls." in name or "pooler" in name) and "decoder.weight" not in name
        parameter.requires_grad_(head or "lora_" in name)
    return model


def _settings(rank: int) -> LoraConfig:
    return LoraConfig(
        r=rank, lora_alpha=2 * rank, target_modules=_ENCODER_MAPS, base_model_name_or_path=MINILM
    )


def _start_near_identity(model: BertForPreTraining) -> None:
    """Let the word head begin by comparing what comes out of the encoder with the embeddings.

    Its GELU is nearly the identity far to the right of zero; the norm after it takes the shift off
    again.
    """
    transform = model.cls.predictions.transform
    with torch.no_grad():
        torch.nn.init.eye_(transform.dense.weight)
        transform.dense.bias.fill_(_SHIFT)
        transform.LayerNorm.weight.fill_(0.5)


def widen_vocabulary(
    model: BertForPreTraining, tokenizer: PreTrainedTokenizerBase, shares: torch.Tensor
) -> None:
    """Give the words that the texts lack a chance again.

    What is not in old books (email, battery) their training rules out, whatever the sentence says.
    The word head's bias began as the log of each word's share of the texts; now it is as if a fifth
    of them had been other texts, with Zipf's law for shares: BERT's entries lie in the order of how
    common they are, from "the" on. Source: the change of priors in Saerens et al. 2002, "Adjusting
    the outputs of a classifier to new a priori probabilities".

    Args:
        shares: the log of each entry's share of the texts [vocabulary], see `corpus.log_shares`.
    """
    rank = torch.arange(len(shares)) - tokenizer.get_vocab()["the"] + 1
    zipf = torch.where(rank > 0, 1 / rank.clamp(min=1), 0)
    books = shares.exp()
    mixed = (1 - _OTHER_TEXTS) * books + _OTHER_TEXTS * zipf / zipf.sum()
    with torch.no_grad():
        model.cls.predictions.bias.add_((mixed / books).log().to(model.device))


def save_adapter(folder: Path, model: PreTrainedModel, rank: int) -> None:
    """Write what was learned, in half precision, in the files `peft` reads, and the configuration
    of the whole model beside it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    halves = {key: p.detach().half().cpu() for key, p in _learned(model).items()}
    save_file({n: p.contiguous() for n, p in halves.items()}, folder / ADAPTER_WEIGHTS)
    _settings(rank).save_pretrained(str(folder))
    model.config.architectures = [BertForPreTraining.__name__]
    model.config.save_pretrained(folder)


def load_adapter(folder: Path, model: PreTrainedModel) -> None:
    """Put back into a model of `adapted_minilm` what `save_adapter` wrote, to teach it further."""
    kept = load_file(folder / ADAPTER_WEIGHTS)
    with torch.no_grad():
        for key, parameter in _learned(model).items():
            parameter.copy_(kept[key])


def _learned(model: PreTrainedModel) -> dict[str, torch.nn.Parameter]:
    """The parameters that learn, by the names that `peft` gives them in its files."""
    learned = {n: p for n, p in model.named_parameters() if p.requires_grad}
    return {PREFIX + n.replace(".default.", "."): p for n, p in learned.items()}
