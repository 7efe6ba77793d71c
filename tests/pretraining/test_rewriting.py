"""T5 learns pairs of texts: resume, what is measured, and the whole command."""

from types import SimpleNamespace

import pytest
import torch
from nltk.translate.bleu_score import corpus_bleu

from lablib import models
from lablib.models import entries
from lablib.models.curves import read_curve
from lablib.pretraining import __main__ as command
from lablib.pretraining.alignment import aligned, alignment
from lablib.pretraining.rewriting import pair_score, rewritten
from lablib.pretraining.training import train
from lablib.seq2seq.compute.scoring import bleu
from lablib.training.corpus import train_tokenizer
from lablib.training.recipe import new_model
from tests.training.pairs import PAIRS, TINY_T5

FRENCH = [
    ("The cat sees a dog.", "Le chat voit un chien."),
    ("My brother has a red book.", "Mon frère a un livre rouge."),
    ("Nothing here fits at all.", "Rien ne va."),
]
TASK = "translate English to French"


@pytest.fixture(scope="module")
def tokenizer():
    shown = PAIRS + [(f"{TASK}: {a}", b) for a, b in FRENCH]
    return train_tokenizer("t5", ["\n".join(pair) for pair in shown], TINY_T5.vocab_size)


def fresh(tokenizer):
    torch.manual_seed(0)
    model = new_model(TINY_T5, tokenizer)
    model.set_attn_implementation("eager")
    return model


def test_a_broken_off_run_ends_with_the_same_weights(tokenizer, tmp_path):
    whole = fresh(tokenizer)
    losses = list(train(whole, tokenizer, PAIRS, TINY_T5, tmp_path / "a", save_every=3))
    broken = train(fresh(tokenizer), tokenizer, PAIRS, TINY_T5, tmp_path / "b", save_every=3)
    assert [next(broken) for _ in range(4)] == losses[:4]
    broken.close()
    rest = fresh(tokenizer)
    assert list(train(rest, tokenizer, PAIRS, TINY_T5, tmp_path / "b", save_every=3)) == losses[3:]
    for one, other in zip(whole.parameters(), rest.parameters(), strict=True):
        assert torch.equal(one, other)


def test_texts_come_back_in_their_order_as_each_would_alone(tokenizer):
    model = fresh(tokenizer).eval()
    model.generation_config.max_length = 8
    sources = [source for source, _ in PAIRS[::30]]
    assert rewritten(model, tokenizer, sources) == [
        rewritten(model, tokenizer, [source])[0] for source in sources
    ]


def test_a_model_without_a_preference_guesses_evenly(tokenizer):
    model = fresh(tokenizer).eval()
    for parameter in model.parameters():
        parameter.data.zero_()
    score = pair_score(model, tokenizer, PAIRS[:70])
    assert score.loss == pytest.approx(torch.tensor(float(len(tokenizer))).log().item(), rel=1e-5)
    assert score.accuracy == 0  # the first of all entries is the padding


def test_bleu_is_nltks():
    made = ["Le chat voit un chien .", "Mon frère a lu un livre rouge .", "Rien ne va ."]
    meant = ["Le chat voit un chien .", "Mon frère a un livre rouge .", "Non ."]
    expected = corpus_bleu([[target.split()] for target in meant], [m.split() for m in made])
    assert bleu(made, meant) == pytest.approx(100 * expected)


def test_only_words_of_both_sides_are_aligned():
    source, target = f"{TASK}: {FRENCH[1][0]}", FRENCH[1][1]
    words = {(source[a:b], target[c:d]) for (a, b), (c, d) in aligned(source, target)}
    assert words == {("brother", "frère"), ("red", "rouge"), ("book", "livre")}
    twice = f"{TASK}: The dog bit the dog."
    assert list(aligned(twice, "Le chien a mordu le chien.")) == []


def test_an_even_head_gives_the_even_share(tokenizer):
    model = fresh(tokenizer).eval()
    for layer in model.decoder.block:
        layer.layer[1].EncDecAttention.q.weight.data.zero_()
    pairs = [(f"{TASK}: {a}", b) for a, b in FRENCH]
    found = alignment(model, tokenizer, pairs)
    assert (found.sentences, found.words) == (2, 5)
    assert found.share == pytest.approx(found.even) and found.mean == pytest.approx(found.even)
    assert alignment(model, tokenizer, pairs, sentences=1).words == 2


def test_alignment_asks_a_model_on_its_own_device(tokenizer):
    """There is none but the CPU to try it on: a stand-in looks where its inputs are."""

    class Elsewhere:
        device = torch.device("meta")

        def __call__(self, input_ids, labels, output_attentions):
            assert {input_ids.device, labels.device} == {self.device}
            even = torch.ones(1, 1, labels.shape[1], input_ids.shape[1]) / input_ids.shape[1]
            return SimpleNamespace(cross_attentions=[even])

    pairs = [(f"{TASK}: {a}", b) for a, b in FRENCH]
    found = alignment(Elsewhere(), tokenizer, pairs)
    assert found.share == pytest.approx(found.even)


def test_the_command_makes_a_stock_t5_that_the_catalogue_opens(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "HELDOUT_ROWS", 3)
    (tmp_path / "README.md").write_text(
        "| file | title | licence | attribution |\n| --- | --- | --- | --- |\n"
        "| train/english-french.tsv | Pairs | CC BY 2.0 FR | Tatoeba, CC BY 2.0 FR |\n"
    )
    for name in ("train", "heldout"):
        (tmp_path / name).mkdir()
        table = "".join(f"{a}\t{b}\n" for a, b in FRENCH * 20)
        (tmp_path / name / "english-french.tsv").write_text(table)
    folders = [f"--text={tmp_path}/train", f"--heldout={tmp_path}/heldout", f"--out={tmp_path}/run"]
    sizes = "--layers=1 --width=16 --heads=2 --batch=4 --steps=4 --save-every=2 --vocab-size=120"
    command.main(["t5", *folders, "--device=cpu", *sizes.split()])
    folder = tmp_path / "run" / "pocket-t5"
    card = (folder / "README.md").read_text()
    assert "| Pairs | Tatoeba, CC BY 2.0 FR | CC BY 2.0 FR |" in card
    for told in ("sacreBLEU", "date: exactly as meant", "cross-attention", "16 pairs of texts"):
        assert told in card
    assert [point.step for point in read_curve(folder / "curve.csv")] == [0, 2, 4]
    monkeypatch.setattr(entries, "POCKET", tmp_path / "run")
    assert models.default_name("seq2seq") == "pocket-t5"
    opened = models.load(device="cpu", kind="seq2seq")
    assert type(opened.model).__name__ == "T5ForConditionalGeneration"
    assert opened.card.languages == ("en", "fr", "zh") and opened.card.licence == "mit"
    source = "number: two hundred and five"
    stored = rewritten(opened.model, opened.tokenizer, [source])
    assert isinstance(stored[0], str)


def test_without_pocket_t5_the_last_resort_is_t5_small(tmp_path, monkeypatch):
    monkeypatch.setattr(entries, "POCKET", tmp_path)
    assert models.default_name("seq2seq") == "t5-small"
