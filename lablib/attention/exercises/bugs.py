"""Spot the bug: code that people really write, and why it is wrong."""

import copy
import math
from typing import TYPE_CHECKING, Any

from lablib.attention.exercises import broken, solutions
from lablib.exercises.checking import FunctionCheck, Mistake
from lablib.exercises.practice import practice_model, tensor
from lablib.exercises.records import Bug, source

if TYPE_CHECKING:
    from torch import Tensor


def _scores() -> "Tensor":
    return tensor([2.0, 0.0, -1.0], [0.5, 3.0, 1.0], [0.0, 0.0, 4.0])


def _two_by_three() -> "Tensor":
    return tensor([1.0, 2.0, 0.0], [0.0, -1.0, 3.0])


SOFTMAX_TWICE = Bug(
    id="attention/softmax-twice",
    title="A softmax of a softmax",
    minutes=4,
    difficulty=2,
    question=(
        "An article writes attention as a = exp(softmax(QKᵀ/√d)) / Σ exp(softmax(QKᵀ/√d)). Here it "
        "is as code; `scores` are QKᵀ/√d.\n\nEvery row sums to 1. But no head can look at one "
        "token only: with 6 tokens no weight ever comes above 0.36. Which line is the reason?"
    ),
    code=source(broken.attention_weights),
    line=".softmax(-1).exp()",
    why=(
        "Softmax *is* the exponentials divided by their sum. Here its result, numbers between 0 "
        "and 1, goes through a second one: exponentials between 1 and 2.72, all much alike. The "
        "largest weight possible among n tokens is e / (e + n − 1): 0.35 for 6, 0.02 for 128."
    ),
    innocent={
        "keepdim": "Dividing by the sum over the keys makes each row sum to 1. That is right."
    },
    check=FunctionCheck(
        solutions.attention_weights,
        cases=lambda: [(_scores(),), (_two_by_three(),)],
        mistakes=(
            Mistake(
                broken.attention_weights,
                "There are still two softmaxes, one in the other: the weights are too even.",
            ),
            Mistake(
                lambda scores: scores.softmax(-1).exp(),
                "You took away the division. It is the inner softmax that is too much.",
            ),
            Mistake(
                lambda scores: scores / scores.sum(-1, keepdim=True),
                "Now the exponential is gone, and negative scores give negative weights.",
            ),
            Mistake(
                lambda scores: scores.softmax(0),
                "One softmax, but over the queries: each row should sum to 1.",
            ),
        ),
    ),
    hints=(
        "What is the smallest and the largest exponential of a number between 0 and 1?",
        "One of the two softmaxes has to go.",
    ),
    solution=source(solutions.attention_weights),
    lesson=(
        "GPT-2's head (4, 11) gives the token before 0.9999 of its attention. Through the formula "
        "of the article that would be 0.35. The same formula has a second mistake: see the next "
        "question."
    ),
)

WRONG_INDEX = Bug(
    id="attention/wrong-index",
    title="A sum over the wrong index",
    minutes=3,
    difficulty=2,
    question=(
        "The formula of the article again, now with one softmax. Its sum in the denominator runs "
        "over the other index.\n\nThe weights of a query should sum to 1, and they do not. Which "
        "line is the reason?"
    ),
    code=source(broken.shares),
    line="sum(0",
    why=(
        "`sum(0)` runs down a column: over the queries that look at one key. So each *key* hands "
        "out a whole 1, as if tokens decided who looks at them. The attention of one query is "
        "shared among keys: the sum runs along its row, `sum(-1)`."
    ),
    innocent={
        "exp()": "The exponential makes every score positive. That is right.",
        "/ totals": "To divide by the total is right; look at how the total came about.",
    },
    check=FunctionCheck(
        solutions.shares,
        cases=lambda: [(_two_by_three(),), (_scores(),)],
        mistakes=(
            Mistake(broken.shares, "The columns sum to 1, not the rows."),
            Mistake(
                lambda scores: scores.exp() / scores.exp().sum(),
                "Now the whole matrix sums to 1. Each row should.",
            ),
            Mistake(
                lambda scores: scores.softmax(-1).softmax(-1),
                "The rows sum to 1, but there is a softmax too many.",
            ),
            Mistake(
                lambda scores: scores / scores.sum(-1, keepdim=True),
                "The sum is right now. But the exponential is gone, and negative scores give "
                "negative weights.",
            ),
        ),
    ),
    hints=("Rows are queries, columns are keys. Who has one whole attention to give away?",),
    solution=source(solutions.shares),
    lesson="Say which index a sum runs over, in code and on paper: Σ over the keys j.",
)

MASK_AFTER_SOFTMAX = Bug(
    id="attention/mask-after-softmax",
    title="The mask came late",
    minutes=3,
    difficulty=2,
    question=(
        "No token may look at those after it. The weights of the future are 0, as they should be, "
        "but the first row sums to less than 1. Which line comes too early?"
    ),
    code=source(broken.weights_of_the_past),
    line=".softmax(-1)",
    why=(
        "Softmax has shared out the 1 among all tokens, the future ones too. Cutting them "
        "afterwards throws their share away: early tokens, which have much future, are left with "
        "little. Hide the future first, with a score of minus infinity."
    ),
    innocent={
        "triu(1)": "True above the diagonal: a token may look at itself. That is right.",
        "masked_fill": "This hides the right places. The question is when.",
    },
    check=FunctionCheck(
        solutions.weights_of_the_past,
        cases=lambda: [(_scores(),), (tensor([1.0, 1.0], [0.0, 2.0]),)],
        mistakes=(
            Mistake(broken.weights_of_the_past, "The rows still sum to less than 1."),
            Mistake(
                lambda scores: scores.masked_fill(_future(scores, 1), 0.0).softmax(-1),
                "The order is right now. But a score of 0 has the exponential 1: use `-math.inf`.",
            ),
            Mistake(
                lambda scores: scores.masked_fill(_future(scores, 0), -math.inf).softmax(-1),
                "The diagonal is hidden too: a token may look at itself.",
            ),
            Mistake(
                lambda scores: scores.softmax(-1),
                "The mask got lost: tokens see the future.",
            ),
        ),
    ),
    hints=(
        "Which score gives a weight of exactly 0?",
        "`scores.masked_fill(future, -math.inf)` first, and then the softmax.",
    ),
    solution=source(solutions.weights_of_the_past),
    lesson=(
        "Worse still, the sum the softmax divided by was made with the future in it: what comes "
        "later leaks back into the weights of the past."
    ),
)


def _future(scores: "Tensor", diagonal: int) -> "Tensor":
    import torch

    return torch.ones_like(scores).triu(diagonal).bool()


def _layer_input() -> "tuple[Tensor, Tensor, Tensor, int]":
    """Five tokens in a model with d_model = 6; two heads, so d_k = 3: no two of them are alike."""
    import torch

    x = tensor(
        [1.0, 0.0, 2.0, -1.0, 0.0, 1.0], [0.5, 1.0, 0.0, 1.0, -1.0, 0.0],
        [0.0, 2.0, 1.0, 0.0, 1.0, -1.0], [1.0, 1.0, -1.0, 0.0, 0.0, 2.0],
        [-1.0, 0.0, 0.5, 2.0, 1.0, 0.0],
    )  # fmt: skip
    query_matrix = torch.eye(6) + torch.eye(6).roll(2, 0)
    return x, query_matrix, query_matrix.flip(0), 2


SCALE_OF_THE_MODEL = Bug(
    id="attention/scale-of-the-model",
    title="Divided by too much",
    minutes=3,
    difficulty=2,
    question=(
        "These are the scaled scores of all heads of a layer. The attention comes out too even. "
        "Which line is the reason?"
    ),
    code=source(broken.scaled_scores),
    line="math.sqrt(d_model)",
    why=(
        "Each product adds up d_k = d_model / heads numbers, so that is what its size grows with. "
        "With 12 heads √d_model is √12 = 3.5 times too large: every score shrinks, and softmax "
        "levels them out."
    ),
    innocent={
        "query_matrix).view": "The queries of all heads, split and turned. That is right.",
        "key_matrix).view": "The keys of all heads, split and turned. That is right.",
        "x.shape": "This only gives the sizes names.",
    },
    check=FunctionCheck(
        solutions.scaled_scores,
        cases=lambda: [_layer_input(), (*_layer_input()[:3], 3), (*_layer_input()[:3], 6)],
        mistakes=(
            Mistake(broken.scaled_scores, "The scores are still divided by √d_model."),
            Mistake(
                lambda x, wq, wk, heads: (
                    solutions.scaled_scores(x, wq, wk, heads) / math.sqrt(x.shape[1] // heads)
                ),
                "You divide by d_k. It is its square root.",
            ),
            Mistake(
                lambda x, wq, wk, heads: (
                    solutions.scaled_scores(x, wq, wk, heads) * math.sqrt(x.shape[1] // heads)
                ),
                "Now nothing is divided any more: √d_k is missing.",
            ),
            Mistake(
                lambda x, wq, wk, heads: (
                    solutions.scaled_scores(x, wq, wk, heads)
                    * math.sqrt(x.shape[1] // heads / heads)
                ),
                "You divide by the root of the number of heads. It is the length of a head's "
                "vectors that counts.",
            ),
        ),
    ),
    hints=(
        "How many numbers does one head's query have?",
        "d_k is `d_model // heads`, or `q.shape[-1]`.",
    ),
    solution=source(solutions.scaled_scores),
    lesson="`q.shape[-1]` is right whatever the number of heads. In GPT-2 it is 768 / 12 = 64.",
)

RESHAPED_HEADS = Bug(
    id="attention/reshaped-heads",
    title="Heads that are no heads",
    minutes=4,
    difficulty=3,
    question=(
        "Each token's vector is to be cut into one piece for each head. The shape that comes out "
        "is right, [heads, tokens, d_head], and nothing complains. Which line mixes up the tokens?"
    ),
    code=source(broken.split_heads),
    line=".reshape(",
    why=(
        "`reshape` keeps the order in which the numbers lie, token after token. Asked for heads "
        "first, it gives the first head the first *tokens* with all their numbers. Cut each token "
        "first, [tokens, heads, d_head], and then exchange the two."
    ),
    innocent={"x.shape": "This only gives the sizes names."},
    check=FunctionCheck(
        solutions.split_heads,
        cases=lambda: [
            (tensor([1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0], [9.0, 10.0, 11.0, 12.0]), 2),
            (tensor([1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]), 4),
            (tensor([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [7.0, 8.0, 9.0, 10.0, 11.0, 12.0]), 3),
        ],
        mistakes=(
            Mistake(
                broken.split_heads,
                "The first head still gets whole tokens, and the last tokens go to the last head.",
            ),
            Mistake(
                lambda x, heads: x.reshape(len(x), heads, -1),
                "Each token is cut rightly now. Heads should come first: exchange the first two.",
            ),
            Mistake(
                lambda x, heads: x.reshape(len(x), -1, heads).permute(2, 0, 1),
                "Each head gets every so many-th number. It should get numbers that lie together.",
            ),
        ),
    ),
    hints=(
        "Where do the numbers of the second token end up? Try it on two tokens and two heads.",
        "`x.reshape(tokens, heads, d_model // heads)`, then `.transpose(0, 1)`.",
    ),
    solution=source(solutions.split_heads),
    lesson=(
        "Shapes can be right while everything in them is wrong. A test with numbers that tell "
        "where they come from (1, 2, 3, …) finds it at once."
    ),
)


def _cases_with_a_model() -> list[tuple[Any, ...]]:
    """A model of their own, because the code under test changes how it computes attention.

    It has two layers: with one, the weights of all layers and those of one are hard to tell apart.
    """
    model, tokenizer = practice_model(blocks=2)
    return [(copy.deepcopy(model), tokenizer, "Once"), (copy.deepcopy(model), tokenizer, "a")]


def _with_the_batch(model: Any, tokenizer: Any, text: str) -> Any:
    model.set_attn_implementation("eager")
    return model(**tokenizer(text, return_tensors="pt"), output_attentions=True).attentions


SDPA_GIVES_NONE = Bug(
    id="attention/sdpa-gives-none",
    title="Where are the weights?",
    minutes=3,
    difficulty=2,
    question=(
        "This should return the attention weights of every layer. It asks for them with "
        "`output_attentions=True`, and returns an empty list. Which line is the reason?"
    ),
    code=source(broken.all_weights),
    line='"sdpa"',
    why=(
        "`sdpa` (scaled dot-product attention) computes the output in one go and never keeps the "
        "weights, so there are none to give: `attentions` is an empty tuple, without a word of "
        "warning for GPT-2. It is the default: without this line the same would happen. `eager` "
        "computes step by step and keeps them."
    ),
    innocent={
        "output_attentions": "It does ask for them. But can they be had?",
        "no_grad": "Only gradients are left out here.",
        "tokenizer(": "This turns the text into ids.",
        "in result": "Of each layer the first text of the batch. Right, if there is a layer.",
    },
    check=FunctionCheck(
        solutions.all_weights,
        cases=_cases_with_a_model,
        mistakes=(
            Mistake(broken.all_weights, "There are still no weights to return."),
            Mistake(
                _with_the_batch,
                "The weights are there. Each layer's are those of a batch of texts: take the "
                "first, `layer[0]`.",
            ),
            Mistake(
                lambda model, tokenizer, text: _with_the_batch(model, tokenizer, text)[0],
                "These are the weights of the first layer. Return those of every layer.",
            ),
        ),
        seconds=20.0,
    ),
    hints=(
        "Which implementation keeps the weights?",
        'The name of it is "eager". For a model still to be loaded: '
        '`from_pretrained(…, attn_implementation="eager")`.',
    ),
    solution=source(solutions.all_weights),
    lesson=(
        "The lab loads a model of its own with eager attention for its pictures, so whatever else "
        "you do with the fast one goes on undisturbed."
    ),
)
