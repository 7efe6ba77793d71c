"""Classifiers as people have them: decoders with and without a padding token, labels that stand
together, one output. What is right is computed by transformers, one text at a time."""

from dataclasses import replace

import pytest
import torch
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    BertConfig,
    BertForSequenceClassification,
    GPT2Config,
    GPT2ForSequenceClassification,
    LlamaConfig,
    LlamaForSequenceClassification,
    MambaConfig,
    MambaForCausalLM,
    Qwen2Config,
    Qwen2ForSequenceClassification,
    pipeline,
)

from lablib import finetuning as ft
from lablib import models
from lablib import transfer as tr
from lablib.transfer.compute.classifier import logits

TEXTS = (
    "good film", "good film!", "a bad one", "so so, not more than that", "!", "good film!!",
    "It is what it is<|endoftext|>", "It is what it is",
)  # fmt: skip
SMALL = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2}
ROPE = {**SMALL, "intermediate_size": 24, "num_key_value_heads": 1}
SHAPES = {
    "gpt2": (GPT2ForSequenceClassification, GPT2Config, {"n_embd": 16, "n_layer": 2, "n_head": 2}),
    "llama": (LlamaForSequenceClassification, LlamaConfig, ROPE),
    "qwen2": (Qwen2ForSequenceClassification, Qwen2Config, ROPE),
}
END = 50256


@pytest.fixture(scope="module")
def words():
    """GPT-2's own tokenizer, whose entry 0 is an exclamation mark and which has no padding."""
    return models.load_tokenizer("gpt2")


def folder_of(shape, words, folder, pad, side="right", own_pad=None):
    """A decoder with a head, as somebody else may have saved it."""
    make, config, size = SHAPES[shape]
    torch.manual_seed(3)
    settings = config(vocab_size=50257, initializer_range=0.4, num_labels=3, **size)
    settings.id2label = dict(enumerate(("bad", "fair", "good")))
    settings.pad_token_id, settings.bos_token_id, settings.eos_token_id = pad, END, END
    make(settings).save_pretrained(folder)
    words.save_pretrained(folder)
    if own_pad is not None or side != "right":
        tokenizer = AutoTokenizer.from_pretrained(folder, padding_side=side)
        tokenizer.pad_token = own_pad
        tokenizer.save_pretrained(folder)
    return folder


def alone(folder, texts):
    """The scores that transformers gives each text by itself."""
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    with torch.inference_mode():
        rows = [model(**tokenizer(text, return_tensors="pt")).logits[0] for text in texts]
    return torch.stack(rows).float()


@pytest.mark.large
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("pad", "side", "own_pad"),
    [
        (None, "right", None),
        (END, "left", "<|endoftext|>"),
        (0, "right", None),
        (END, "left", None),
    ],
)
def test_texts_read_together_are_as_each_alone(shape, pad, side, own_pad, words, tmp_path):
    folder = folder_of(shape, words, tmp_path, pad, side, own_pad)
    classifier = tr.load_classifier(folder)
    assert classifier.names == ("bad", "fair", "good")
    right = alone(folder, TEXTS)
    assert torch.allclose(logits(classifier, TEXTS), right, atol=1e-4)
    said = tr.predict(classifier, TEXTS)
    assert [one.label for one in said] == [classifier.names[i] for i in right.argmax(-1)]
    if pad != 0:  # else it is what the model was trained with
        assert (right[0] - right[1]).abs().max() > 1e-3


@pytest.fixture(scope="module")
def taught(tmp_path_factory):
    """What came of a decoder without a padding token, and the folder in which it is saved."""
    labelled = tr.read_labelled("sentiment")
    few = replace(labelled, train=labelled.train.take(range(24)))
    config = tr.recipe(model="pocket-gpt2", steps=3, batch=8, length=24, learning_rate=3e-3)
    *_, last = tr.fine_tune(few, config)
    folder = tmp_path_factory.mktemp("taught")
    last.classifier.save(folder)
    return last.classifier, folder


def test_a_decoder_learns_with_a_padding_token_that_no_text_has(taught):
    classifier, _ = taught
    number = classifier.tokenizer.pad_token_id
    assert number not in {i for text in TEXTS for i in classifier.tokenizer(text)["input_ids"]}
    assert number not in (classifier.tokenizer.eos_token_id, 0)
    assert classifier.model.config.pad_token_id == number
    scores = logits(classifier, TEXTS)
    assert (scores[0] - scores[1]).abs().max() > 1e-4 and (scores[6] - scores[7]).abs().max() > 1e-4
    assert models.load("pocket-gpt2", device="cpu").tokenizer.pad_token is None  # others use it


def test_it_opens_in_transformers_and_here_and_says_the_same(taught):
    classifier, folder = taught
    scores = logits(classifier, TEXTS)
    assert torch.allclose(scores, alone(folder, TEXTS), atol=1e-4)
    assert torch.allclose(scores, logits(tr.load_classifier(folder), TEXTS), atol=1e-5)
    together = pipeline("text-classification", model=str(folder), batch_size=len(TEXTS))
    right = scores.softmax(-1).amax(-1).tolist()
    assert [one["score"] for one in together(list(TEXTS))] == pytest.approx(right, abs=1e-4)


def test_without_a_token_for_what_is_hidden_a_word_is_left_out(taught):
    classifier, _ = taught
    found = tr.pushes(classifier, "a good film!", "positive")
    ids = classifier.tokenizer("a good film!")["input_ids"]
    encoding = classifier.tokenizer("a good film!").encodings[0]
    numbers = sorted({n for n in encoding.word_ids if n is not None})

    def odds(kept):
        with torch.inference_mode():
            one, other = classifier.model(torch.tensor([kept])).logits[0].tolist()
        return one - other

    whole = odds(ids)
    right = [
        whole - odds([i for i, n in zip(ids, encoding.word_ids, strict=True) if n != number])
        for number in numbers
    ]
    assert found.log_odds == pytest.approx(whole, abs=1e-4)
    assert list(found.values) == pytest.approx(right, abs=1e-4)
    assert len(tr.pushes(classifier, "good").values) == 1  # nothing but the end of a text is left
    slopes = tr.pushes(classifier, "a good film!", "positive", "gradient")
    assert slopes.log_odds == pytest.approx(whole, abs=1e-4) and any(slopes.values)


TABLE = "text,label\n" + "".join(
    f"{word} film {'!' * (i % 3)} number {i},{label}\n"
    for i in range(12)
    for word, label in (("good", "plus"), ("bad", "minus"))
)


@pytest.mark.training
def test_a_run_measures_and_opens_the_head_that_it_made(tmp_path):
    config = ft.Config(
        task="classification", text=TABLE, steps=6, batch=8, length=16, heldout=0.25,
        learning_rate=3e-3, device="cpu", precision="fp32",
    )  # fmt: skip
    run = ft.Run(config, tmp_path)
    run.start()
    assert run.wait(120) and run.state == "done", run.details
    measured = run.evaluate()
    assert measured.loss == pytest.approx(run.history[-1].heldout_loss, rel=1e-4)
    m = run.load()
    assert m.card.kind == "classifier" and m.model.config.id2label == {0: "minus", 1: "plus"}
    classifier = tr.load_classifier(run.result)
    assert torch.allclose(logits(classifier, TEXTS), alone(run.result, TEXTS), atol=1e-4)


@pytest.mark.training
def test_a_classifier_goes_on_learning_with_its_own_head(words, tmp_path):
    folder = folder_of("qwen2", words, tmp_path, None)
    before = logits(tr.load_classifier(folder), TEXTS)
    config = ft.Config(
        model=str(folder), task="classification", text=TABLE.replace("plus", "good").replace(
            "minus", "bad"), labels=("bad", "fair", "good"), device="cpu", precision="fp32",
        length=16, heldout=0.25,
    )  # fmt: skip
    state = ft.setup(config)
    assert state.model.get_input_embeddings().weight.shape[0] == 50258
    assert state.model.config.pad_token_id == state.tokenizer.pad_token_id == 50257
    now = tr.Classifier(state.model.eval(), state.tokenizer, config.labels)
    assert torch.allclose(logits(now, TEXTS), before, atol=1e-5)
    fresh = ft.setup(replace(config, labels=("bad", "good")))
    assert fresh.model.config.num_labels == 2


def test_what_cannot_classify_is_refused_before_it_starts(words, tmp_path):
    size = {"hidden_size": 8, "num_hidden_layers": 1, "state_size": 4, "vocab_size": 50257}
    MambaForCausalLM(MambaConfig(**size)).save_pretrained(tmp_path)
    words.save_pretrained(tmp_path)
    labelled = tr.read_labelled("sentiment")
    with pytest.raises(ValueError, match=r"cannot learn to classify.*\(mamba\)"):
        next(tr.fine_tune(labelled, tr.recipe(model=str(tmp_path), steps=1)))


def saved_bert(tiny, folder, **changes):
    config = BertConfig(**{**tiny.model.config.to_dict(), **changes})
    torch.manual_seed(1)
    BertForSequenceClassification(config).save_pretrained(folder)
    tiny.tokenizer.save_pretrained(folder)
    return folder


TALK = ("good soup", "the film is not so very bad", "so dull!")


def test_labels_that_may_stand_together_have_a_sigmoid_each(tiny, tmp_path):
    folder = saved_bert(tiny, tmp_path, problem_type="multi_label_classification")
    classifier = tr.load_classifier(folder)
    right = alone(folder, TALK)
    assert classifier.notes and classifier.several
    said = tr.predict(classifier, TALK)
    for one, row in zip(said, right.sigmoid().tolist(), strict=True):
        assert one.probabilities == pytest.approx(row, abs=1e-5) and one.several
        assert set(one.labels) == {n for n, p in zip(classifier.names, row, strict=True) if p > 0.5}
    (top,) = pipeline("text-classification", model=str(folder))(TALK[0])
    assert top["score"] == pytest.approx(max(said[0].probabilities), abs=1e-5)
    for way in tr.WAYS:
        pushed = tr.pushes(classifier, TALK[1], "fine", way)
        assert pushed.log_odds == pytest.approx(float(right[1, 1]), abs=1e-4)
    with pytest.raises(ValueError, match="several labels at once"):
        tr.score(said, [0, 1, 2])


def test_one_output_says_yes_or_no(tiny, tmp_path):
    one = {"id2label": {0: "relevant"}, "label2id": {"relevant": 0}, "num_labels": 1}
    folder = saved_bert(tiny, tmp_path, **one)
    classifier = tr.load_classifier(folder)
    assert classifier.names == ("not relevant", "relevant") and "relevant" in classifier.notes[0]
    right = alone(folder, TALK)[:, 0]
    said = tr.predict(classifier, TALK)
    assert [p.probabilities[1] for p in said] == pytest.approx(right.sigmoid().tolist(), abs=1e-5)
    assert [p.label == "relevant" for p in said] == (right > 0).tolist()
    for way in tr.WAYS:
        assert tr.pushes(classifier, TALK[0], "relevant", way).log_odds == pytest.approx(
            float(right[0]), abs=1e-4
        )


def test_a_regression_is_refused(tiny, tmp_path):
    one = {"id2label": {0: "stars"}, "label2id": {"stars": 0}, "problem_type": "regression"}
    folder = saved_bert(tiny, tmp_path, num_labels=1, **one)
    with pytest.raises(ValueError, match="is a regression: it gives a number"):
        tr.load_classifier(folder)
