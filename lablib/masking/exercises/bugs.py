"""Spot the bug: code that people really write, and why it is wrong."""

import copy
from typing import TYPE_CHECKING, Any

from lablib.exercises.checking import FunctionCheck, Mistake
from lablib.exercises.records import Bug, source
from lablib.masking.exercises import broken, solutions
from lablib.masking.exercises.practice import practice_bert
from lablib.masking.exercises.tasks import some_logits

if TYPE_CHECKING:
    from torch import Tensor

SOFTMAX_OVER_THE_TEXT = Bug(
    id="masking/softmax-over-the-text",
    title="Probabilities of what?",
    minutes=3,
    difficulty=1,
    question=(
        "`logits` is a tensor [tokens, vocabulary]. This should give, for each of some places, the "
        "k most probable tokens with their probabilities. The probabilities at a place do not sum "
        "to 1. Which line is the reason?"
    ),
    code=source(broken.guesses),
    line="logits.softmax(0)",
    why=(
        "Axis 0 are the tokens of the text: each entry of the vocabulary is compared with itself "
        "at the other places. The question is which entry belongs to one place: softmax over the "
        "last axis. Nothing complains, because the shape is the same."
    ),
    innocent={
        "topk": "The last axis is the vocabulary, and there `topk` looks. That is right.",
        "tolist": "This only turns tensors into lists.",
    },
    check=FunctionCheck(
        solutions.guesses,
        cases=lambda: [
            (some_logits(), [1, 3], 2),
            (some_logits(), [2], 3),
            (some_logits(), [4, 0, 2], 1),
        ],
        mistakes=(
            Mistake(
                broken.guesses,
                "The probabilities still sum to 1 over the text, not over the vocabulary.",
            ),
            Mistake(
                lambda logits, places, k: _guesses(logits[places].softmax(0), places, k),
                "Now they sum to 1 down the chosen places. Each place has a distribution of its "
                "own, along the last axis.",
            ),
            Mistake(
                lambda logits, places, k: [
                    logits[places].topk(k).indices,
                    logits[places].topk(k).values.softmax(-1),
                ],
                "Now they sum to 1 over the k tokens alone. Softmax over the whole vocabulary "
                "first, then take the best k.",
            ),
            Mistake(
                lambda logits, places, k: _guesses(logits[places].flatten().softmax(0), places, k),
                "Now they sum to 1 over all the places together. Each place has a distribution of "
                "its own.",
            ),
            Mistake(
                lambda logits, places, k: _guesses(logits[places].sigmoid(), places, k),
                "Sigmoid gives each token a yes or no of its own. Here the tokens compete, so "
                "their probabilities must sum to 1.",
            ),
        ),
    ),
    hints=("What does each row of `probabilities` sum to? And each column?",),
    solution=source(solutions.guesses),
    lesson="`softmax(-1)`: the vocabulary is the last axis, in a batch as well.",
)


def _guesses(probabilities: "Tensor", places: list[int], k: int) -> list[Any]:
    best = probabilities.view(len(places), -1).topk(k)
    return [best.indices, best.values]


def _practice() -> tuple[Any, Any]:
    """The model with a tokenizer of its own, because the code under test changes how it cuts."""
    model, tokenizer = practice_bert()
    return model, copy.deepcopy(tokenizer)


def _uncut_guess(model: Any, tokenizer: Any, text: str) -> str:
    inputs = tokenizer(text, return_tensors="pt")
    place = inputs.input_ids[0].tolist().index(tokenizer.mask_token_id)
    return str(tokenizer.decode(model(**inputs).logits[0, place].argmax()))


def _last_guess(model: Any, tokenizer: Any, text: str) -> str:
    tokenizer.truncation_side = "left"
    inputs = tokenizer(text, truncation=True, max_length=16, return_tensors="pt")
    return str(tokenizer.decode(model(**inputs).logits[0, -1].argmax()))


PLACE_BEFORE_THE_CUT = Bug(
    id="masking/place-before-the-cut",
    title="Right on short texts",
    minutes=3,
    difficulty=2,
    question=(
        "This should give the best token for the mask, and let the model read the last 16 tokens "
        "of a longer text, [CLS] and [SEP] included. On short texts it is right, on long ones it "
        "is not, and no error is raised. Which line is the reason?"
    ),
    code=source(broken.guess),
    line="place = ",
    why=(
        "The mask's place is looked up in the whole text. What the model reads was cut at the "
        "left, so there the mask stands further to the front, and `logits[place]` is about some "
        "other word."
    ),
    innocent={
        "truncation_side": "This cuts at the left, so that the end is kept, as was asked for.",
        "max_length": "The text is cut to what the model reads. That is right.",
        "logits = ": "One row for each token that was read. That is right.",
        "argmax": "The best entry of a row. Is it the right row? Look where its number comes from.",
    },
    check=FunctionCheck(
        solutions.guess,
        cases=lambda: [
            (*_practice(), "the old cat sat on the [MASK] ."),
            (*_practice(), "a cat ran . the dog slept under a table , the [MASK] sat on the mat ."),
            (*_practice(), "the dog ran under the table . the [MASK] sat on a mat , the old mouse "
             "slept ."),
            (*_practice(), "a dog ran . a cat slept . the old rhinoceros sat under the old [MASK]"),
        ],
        mistakes=(
            Mistake(
                broken.guess,
                "In a long text it is still the row of some other word.",
            ),
            Mistake(
                _uncut_guess,
                "The place is right now, but the text is no longer cut: a real model would raise "
                "an error on a text that is too long.",
            ),
            Mistake(
                _last_guess,
                "This is the row of the last token, [SEP]. Look for the mask's place in what the "
                "model reads.",
            ),
        ),
        seconds=20.0,
    ),
    hints=(
        "In which list of ids is the mask looked up, and which one does the model read?",
        "Make `inputs` first; then look the mask up in `inputs.input_ids[0].tolist()`.",
    ),
    solution=source(solutions.guess),
    lesson="Look positions up in what the model reads, after every cut and every special token.",
)  # fmt: skip


def _all_pieces_as_one(text: str, tokenizer: Any, number: int) -> list[Any]:
    tokens, hidden = solutions.hide_word(text, tokenizer, number)
    first = tokens.index(tokenizer.mask_token)
    return [[*tokens[: first + 1], *tokens[first + len(hidden) :]], hidden]


def _hide_token(text: str, tokenizer: Any, number: int) -> list[Any]:
    tokens = tokenizer(text, add_special_tokens=False).tokens()
    return [[*tokens[:number], tokenizer.mask_token, *tokens[number + 1 :]], [tokens[number]]]


PIECE_FOR_A_WORD = Bug(
    id="masking/piece-for-a-word",
    title="A word, or a piece of one",
    minutes=3,
    difficulty=2,
    question=(
        "This should hide word `number` of a text, to see whether a model can guess it. Its "
        "accuracy looks wonderful on long and rare words. Which line is the reason?"
    ),
    code=source(broken.hide_word),
    line=".start",
    why=(
        "`word_to_tokens` gives the stretch of the word's pieces, and here only its start is used. "
        "Of `rhino ##cer ##os` the model sees `##cer ##os`, and guesses a piece, not a word."
    ),
    innocent={
        "add_special_tokens": "Without [CLS] and [SEP] here. That is harmless.",
        "hidden = ": "These are the tokens at the places. Are those all the places?",
        "tokenizer.mask_token": "A mask at every place in the list. That is right.",
    },
    check=FunctionCheck(
        solutions.hide_word,
        cases=lambda: [
            ("the rhinoceros slept .", practice_bert()[1], 1),
            ("the old cats sat", practice_bert()[1], 2),
            ("the rhinoceros slept .", practice_bert()[1], 2),
            ("the cats saw the rhinoceros on the cats", practice_bert()[1], 7),
            ("rhinoceros", practice_bert()[1], 0),
        ],
        mistakes=(
            Mistake(broken.hide_word, "Still only the first piece of the word is hidden."),
            Mistake(
                _all_pieces_as_one,
                "The whole word is hidden, but behind one mask: the model has to say three tokens "
                "there, and a mask is asked for one.",
            ),
            Mistake(
                _hide_token,
                "You take `number` as the number of a token. A word before it may have several.",
            ),
        ),
    ),
    hints=(
        "Print `encoding.word_to_tokens(1)` for “the rhinoceros slept”.",
        "It has a `start` and an `end`, so `range(*encoding.word_to_tokens(number))` are all the "
        "places.",
    ),
    solution=source(solutions.hide_word),
    lesson=(
        "Say whether an accuracy counts tokens or words. BERT's own masked-word accuracy counts "
        "tokens."
    ),
)


def _unasked(model: Any, tokenizer: Any, text: str, place: int) -> float:
    ids = tokenizer(text, return_tensors="pt").input_ids
    return float(model(input_ids=ids, labels=_labels(ids, place)).loss)


def _hidden(model: Any, tokenizer: Any, text: str, place: int, other: int) -> float:
    ids = tokenizer(text, return_tensors="pt").input_ids
    seen = ids.clone()
    seen[0, place] = tokenizer.mask_token_id
    labels = _labels(ids, place)
    labels[labels == -100] = other
    return float(model(input_ids=seen, labels=labels).loss)


def _labels(ids: "Tensor", place: int) -> "Tensor":
    labels = ids.new_full(ids.shape, -100)
    labels[0, place] = ids[0, place]
    return labels


LOSS_EVERYWHERE = Bug(
    id="masking/loss-everywhere",
    title="A loss that is too good",
    minutes=3,
    difficulty=2,
    question=(
        "This should give the loss at the one token that is hidden. While training on it, the "
        "loss soon falls almost to 0, and the model still cannot guess a word. Which line is the "
        "reason?"
    ),
    code=source(broken.masked_loss),
    line="labels = ids.clone()",
    why=(
        "Every token is a label here, the ones in plain sight too. Copying them is easy, and they "
        "are by far the most: the mean hides what happens at the mask. Where nothing is asked, the "
        "label must be −100."
    ),
    innocent={
        "return_tensors": "The ids of the text, with [CLS] and [SEP]. That is right.",
        "seen = ": "A copy, so that the original is still there for the label. That is right.",
        "mask_token_id": "This hides the token. That is right.",
        "labels=labels": "The model computes the loss from the labels. What is in them?",
    },
    check=FunctionCheck(
        solutions.masked_loss,
        cases=lambda: [
            (*practice_bert(), "the old cat sat on the mat .", 3),
            (*practice_bert(), "a mouse ran under the table .", 6),
            (*practice_bert(), "the rhinoceros sat under the old table , a cat on the mat .", 2),
        ],
        mistakes=(
            Mistake(
                broken.masked_loss,
                "The loss is still a mean over all the tokens, the ones in plain sight too.",
            ),
            Mistake(
                _unasked,
                "The label is right, but nothing is hidden any more: the model can copy.",
            ),
            Mistake(
                lambda model, tokenizer, text, place: _hidden(model, tokenizer, text, place, 0),
                "0 is a token, [PAD]: the model is now asked to say it everywhere else. Write "
                "−100.",
            ),
        ),
        seconds=20.0,
    ),
    hints=(
        "Over how many tokens is the mean taken?",
        "Begin with `ids.new_full(ids.shape, -100)`, which asks for nothing, and put in the one id "
        "that is hidden, at `place`.",
    ),
    solution=source(solutions.masked_loss),
    lesson=(
        "−100 is `torch`'s `ignore_index`. `DataCollatorForLanguageModeling` of `transformers` "
        "sets it for you."
    ),
)
