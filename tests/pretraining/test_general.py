"""The sentences of today: filled in, and found again."""

from dataclasses import replace

import torch
from transformers import BertConfig, BertForPreTraining, BertTokenizer

from lablib.pretraining.general import GENERAL, Sample, filled, first_words, found_again

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "cats", "dogs", "sit", "bark", "."]
SAMPLES = (
    Sample("cats {} .", "sit", "sit cats"),
    Sample("{} bark .", "dogs", "dogs"),
    Sample("{} sit .", "zebras", "sit"),
)
TOKENIZER = BertTokenizer(vocab={word: i for i, word in enumerate(WORDS)})


def model_that_says(word: str) -> BertForPreTraining:
    sizes = dict(hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8)
    torch.manual_seed(0)
    model = BertForPreTraining(BertConfig(vocab_size=len(WORDS), **sizes)).eval()
    model.cls.predictions.bias.data[WORDS.index(word)] = 20.0
    return model


def test_only_answers_of_the_vocabulary_are_asked_for():
    says_sit = filled(model_that_says("sit"), TOKENIZER, SAMPLES)
    assert (says_sit.first, says_sit.asked) == (1, 2)
    assert says_sit.first <= says_sit.in_five <= 2 and 5 < says_sit.loss < 20


def test_the_likeliest_word_comes_first():
    assert first_words(model_that_says("bark"), TOKENIZER, "dogs {} .", count=3)[0] == "bark"


def test_a_sentence_finds_the_one_with_its_words():
    encoder = model_that_says("sit").bert
    same = (Sample("cats {} .", "sit", "cats sit ."), Sample("{} bark .", "dogs", "dogs bark ."))
    cats, dogs = same
    swapped = (replace(cats, other=dogs.other), replace(dogs, other=cats.other))
    assert found_again(encoder, TOKENIZER, same) == 2
    assert found_again(encoder, TOKENIZER, swapped) == 0


def test_there_are_twenty_with_one_blank_each():
    assert len({sample.text for sample in GENERAL}) == 20
    assert all(sample.text.count("{}") == 1 for sample in GENERAL)
