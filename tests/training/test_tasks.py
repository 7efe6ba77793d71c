import math
import shutil
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import WhitespaceSplit
from tokenizers.processors import RobertaProcessing
from transformers import PreTrainedTokenizerFast, RobertaForMaskedLM, XLMRobertaForMaskedLM

from lablib import masking as mk
from lablib import models
from lablib.training.config import Config
from lablib.training.corruption import IGNORE_INDEX
from lablib.training.tasks import Causal, make_task
from lablib.transfer.compute.growth import mean_vectors

TEXT = "The lamp is lit at dusk. " * 40


@pytest.fixture(scope="module")
def bert():
    return models.load("pocket-bert", kind="masked", device="cpu")


@pytest.fixture(scope="module")
def loaded(gpt2):
    return models.load(gpt2, device="cpu")


def test_every_token_but_the_first_is_asked_for_once(loaded):
    task = make_task(Config(text=TEXT, length=16, heldout=0.0), loaded)
    batch = task.batch(range(task.train_rows))
    asked = batch["labels"][:, 1:].flatten().tolist()
    ids = loaded.tokenizer(TEXT)["input_ids"]
    assert asked == ids[1 : len(asked) + 1]
    assert task.targets(batch) == len(asked) and "attention_mask" not in batch


def test_the_loss_is_that_of_the_model_itself(loaded):
    task = make_task(Config(text=TEXT, length=16), loaded)
    batch = task.batch([3, 1, 2])
    nats, targets = task.loss(loaded.model, batch)
    expected = loaded.model(**batch).loss  # transformers' own shift and mean
    assert nats.item() / targets.item() == pytest.approx(expected.item(), rel=1e-5)


def test_perplexity_weighs_tokens_and_not_batches(loaded):
    task = make_task(Config(text=TEXT, length=16, heldout=0.2), loaded)
    rows = [task.row(i, "heldout")["input_ids"] for i in range(task.heldout_rows)]
    assert len(rows[-1]) != len(rows[0])  # otherwise both would be the same
    with torch.no_grad():
        losses = [
            F.cross_entropy(loaded.model(row[None]).logits[0, :-1], row[1:], reduction="sum")
            for row in rows
        ]
    loss = sum(map(float, losses)) / sum(len(row) - 1 for row in rows)
    found = task.measures(loaded.model, rows=3)
    assert found["loss"] == pytest.approx(loss, rel=1e-5)
    assert found["perplexity"] == pytest.approx(math.exp(loss), rel=1e-4)


def test_unpacked_rows_are_paragraphs_whose_end_is_asked_for_and_padding_is_not(loaded):
    text = "One.\n\nTwo and three.\n\n" * 3
    task = make_task(Config(text=text, length=32, packed=False, heldout=0.0), loaded)
    batch = task.batch([0, 1])
    end = loaded.tokenizer.eos_token_id
    assert batch["attention_mask"].sum(1).tolist() == [5, 15]
    assert batch["labels"][0, 4] == batch["labels"][1, 14] == end
    assert (batch["labels"][0, 5:] == IGNORE_INDEX).all()
    assert task.targets(batch) == 4 + 14


def test_hidden_tokens_are_others_in_each_epoch_and_the_same_for_the_same_row(bert):
    config = Config(text="lighthouse", task="masked", length=32)
    task, again = make_task(config, bert), make_task(config, bert)
    first, later = task.batch([0, 1]), task.batch([task.train_rows, task.train_rows + 1])
    assert torch.equal(first["labels"], again.batch([0, 1])["labels"])
    assert not torch.equal(first["labels"], later["labels"])
    asked = first["labels"] != IGNORE_INDEX
    assert 0.05 < asked.float().mean() < 0.3
    other = make_task(replace(config, seed=1), bert)
    assert not torch.equal(first["labels"], other.batch([0, 1])["labels"])
    assert torch.equal(task.row(0, "heldout")["labels"], other.row(0, "heldout")["labels"])


def test_the_masked_loss_is_the_plain_one(bert):
    task = make_task(Config(text="lighthouse", task="masked", length=32), bert)
    batch = task.batch([0, 1, 2])
    scores = bert.model(batch["input_ids"]).prediction_logits.flatten(0, 1)
    expected = F.cross_entropy(scores, batch["labels"].flatten(), reduction="sum")
    nats, targets = task.loss(bert.model, batch)
    torch.testing.assert_close(nats, expected, rtol=1e-5, atol=1e-4)
    assert targets == task.targets(batch)


def test_a_tables_held_out_rows_are_drawn_and_always_the_same(bert):
    table = "text,label\n" + "".join(
        f"number {i},{'low' if i < 10 else 'high'}\n" for i in range(20)
    )
    config = Config(text=table, task="classification", heldout=0.2, length=32)
    tasks = [make_task(replace(config, seed=seed), bert) for seed in (0, 1)]
    assert tasks[0].labels == ("high", "low")
    assert (tasks[0].train_rows, tasks[0].heldout_rows) == (16, 4)
    for i in range(4):
        ids = [task.row(i, "heldout")["input_ids"].tolist() for task in tasks]
        assert ids[0] == ids[1]
    assert len({int(tasks[0].row(i, "heldout")["labels"]) for i in range(4)}) == 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"text": "Too short."}, "shorter than one row"),
        ({"length": 1000}, "reads 64 at most"),
        ({"task": "classification", "text": "text,label\na,x\nb,x\nc,x\n"}, "nothing to tell"),
        (
            {"task": "classification", "text": "text,label\na,x\nb,y\n", "labels": ("x", "z")},
            "label 'y' is not one of x, z",
        ),
        ({"task": "sequence", "text": "text,label\na,x\n"}, "no column 'source'"),
    ],
)
def test_what_cannot_be_learned_from_is_refused_in_a_sentence(loaded, changes, said):
    with pytest.raises(ValueError, match=said):
        make_task(replace(Config(text=TEXT, length=16), **changes), loaded)


def test_a_vocabulary_that_does_not_fit(loaded, bert):
    with pytest.raises(ValueError, match="does not fit its weights"):
        make_task(Config(text=TEXT), replace(loaded, tokenizer=bert.tokenizer))


def test_a_row_is_padded_with_what_nobody_is_asked_for():
    rows = [{"input_ids": torch.tensor(ids), "labels": torch.tensor(ids)} for ids in ([1, 2], [3])]
    batch = Causal(rows, [], pad_id=9).batch([1, 0, 3])
    assert batch["input_ids"].tolist() == [[3, 9], [1, 2], [3, 9]]
    assert batch["labels"].tolist() == [[3, IGNORE_INDEX], [1, 2], [3, IGNORE_INDEX]]


def test_spellings_of_a_label_are_one_class(loaded):
    rows = "".join(f"text {i},{('Yes', 'no', 'yes ', '1', '1.0')[i % 5]}\n" for i in range(20))
    config = Config(task="classification", text=f"text,label\n{rows}", length=16)
    task = make_task(config, loaded)
    assert task.labels == ("1", "Yes", "no") and len(task.notes) == 2
    named = make_task(replace(config, labels=("YES", "no", "1")), loaded)
    assert named.labels == ("YES", "no", "1") and named.notes == ()
    assert named.train_rows + named.heldout_rows == 20


@pytest.mark.parametrize("family", [RobertaForMaskedLM, XLMRobertaForMaskedLM])
def test_of_66_positions_64_are_learned_with(family, tmp_path):
    """RoBERTa's family keeps the first of its positions free."""
    m = models.load(save_roberta(tmp_path, family), kind="masked", device="cpu")
    with pytest.raises(ValueError, match=r"length is 66 tokens, but .* reads 64 at most"):
        make_task(Config(task="masked", text=TEXT, length=66), m)
    task = make_task(Config(task="masked", text=TEXT, length=64), m)
    task.loss(m.model, task.batch([0]))  # positions beyond the table would be an IndexError
    found = mk.fill(m, "lamp lit dusk " * 40 + "[MASK]", k=3)
    assert len(found.read.ids) == 64 and "reads at most 64" in found.read.note
    joint = mk.fill_joint(m, "lamp lit dusk " * 40 + "[MASK] [MASK]")
    assert joint
    assert mk.pseudo_log_likelihood(m, "lamp lit dusk " * 40)
    assert mean_vectors(m_as_encoder(tmp_path), [TEXT], length=99).shape == (1, 16)


def save_roberta(folder, family):
    config = family.config_class(
        vocab_size=40, hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=16, max_position_embeddings=66, pad_token_id=1, bos_token_id=0,
        eos_token_id=2,
    )  # fmt: skip
    family(config).save_pretrained(folder)
    words = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", "The", "lamp", "is", "lit", "at", "dusk."]
    words += ["dusk", *(f"w{i}" for i in range(28))]
    inner = Tokenizer(WordLevel({word: id for id, word in enumerate(words)}, unk_token="<unk>"))
    inner.pre_tokenizer = WhitespaceSplit()
    inner.post_processor = RobertaProcessing(("</s>", 2), ("<s>", 0))
    PreTrainedTokenizerFast(
        tokenizer_object=inner, bos_token="<s>", eos_token="</s>", cls_token="<s>",
        sep_token="</s>", unk_token="<unk>", pad_token="<pad>", mask_token="<mask>",
    ).save_pretrained(folder)  # fmt: skip
    return folder


def m_as_encoder(folder):
    return models.load(folder, kind="encoder", device="cpu")


def test_a_text_with_a_token_the_model_has_no_vector_for_is_refused(gpt2, tmp_path):
    shutil.copytree(gpt2, tmp_path / "surplus")
    tokenizer = models.load_tokenizer(gpt2)
    tokenizer.add_tokens([f"<{i}>" for i in range(3)])
    tokenizer.save_pretrained(tmp_path / "surplus")
    m = models.load(tmp_path / "surplus", device="cpu")
    assert make_task(Config(text=TEXT, length=16), m).train_rows
    with pytest.raises(ValueError, match="no vector for the token"):
        make_task(Config(text=TEXT * 4 + "<2>" + TEXT, length=16), m)
