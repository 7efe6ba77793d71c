"""What is to be written or worked out, with the typical wrong answers and what is said to each."""

import math
from typing import TYPE_CHECKING

from lablib.attention.exercises import solutions
from lablib.exercises.checking import FunctionCheck, Mistake, ValueCheck
from lablib.exercises.practice import tensor
from lablib.exercises.records import Exercise, source

if TYPE_CHECKING:
    from torch import Tensor


ROW_BY_HAND = Exercise(
    id="attention/row-by-hand",
    title="A row of attention by hand",
    minutes=4,
    difficulty=1,
    question=(
        "A query is (2, 0, 0, 1). Three keys are (1, 1, 0, 0), (0, 1, 1, 0) and (−1, 0, 0, 0)."
        "\n\nHow much attention does the query give to each key? Give the three weights as a list, "
        "to two decimals: products, divided by √d_k, softmax. Python may do the sums."
    ),
    check=ValueCheck(
        [0.665, 0.245, 0.090],
        tolerance=6e-3,
        mistakes=(
            Mistake([2, 0, -2], "These are the products q · k. Divide by √d_k, then softmax."),
            Mistake([1, 0, -1], "These are the scaled scores. Softmax makes weights of them."),
            Mistake(
                [0.867, 0.117, 0.016],
                "The division by √d_k is missing: each vector has 4 numbers, so divide by 2.",
            ),
            Mistake([0.506, 0.307, 0.186], "You divided by d_k = 4. Divide by its square root, 2."),
            Mistake(
                [0.982, 0.018, 0.0],
                "You multiplied by √d_k. Divide: the scores should become smaller.",
            ),
        ),
    ),
    hints=(
        "q · k multiplies number by number and adds up: with the first key 2·1 + 0·1 + 0·0 + 1·0.",
        "Each vector has 4 numbers, so √d_k = 2, and the scaled scores are 1, 0 and −1.",
        "Softmax: e¹, e⁰ and e⁻¹, each divided by their sum.",
    ),
    solution="[0.665, 0.245, 0.090]",
    lesson=(
        "That is a whole row of the matrix. All rows are the same sum, written QKᵀ/√d_k, and each "
        "sums to 1. A product of 0 still gets a quarter of the attention: softmax gives nobody "
        "nothing."
    ),
)

MASK_BY_HAND = Exercise(
    id="attention/mask-by-hand",
    title="A causal mask by hand",
    minutes=3,
    difficulty=1,
    question=(
        "Three tokens. The scaled scores of the second one are 0, 1.0986 and 1.3863: their "
        "exponentials are 1, 3 and 4.\n\nIt may not look at the third token. Give its three "
        "weights as a list."
    ),
    check=ValueCheck(
        [0.25, 0.75, 0.0],
        tolerance=2e-3,
        mistakes=(
            Mistake(
                [0.125, 0.375, 0.5],
                "These are the weights without a mask: the second token looks into the future.",
            ),
            Mistake(
                [0.125, 0.375, 0.0],
                "You cut after the softmax: the row sums to 0.5. The mask comes before, so that "
                "the rest shares out the whole 1.",
            ),
            Mistake(
                [0.2, 0.6, 0.2],
                "You set the score to 0, but the exponential of 0 is 1. The score must become "
                "minus infinity.",
            ),
            Mistake(
                [1.0, 0.0, 0.0],
                "A token may look at itself: only those after it are hidden.",
            ),
            Mistake([0.0, 0.0, 1.0], "This is the wrong way round: the *third* token is hidden."),
        ),
    ),
    hints=(
        "Its score becomes minus infinity. What is the exponential of that?",
        "Left are exponentials of 1, 3 and 0. Divide each by their sum.",
    ),
    solution="[0.25, 0.75, 0.0]",
    lesson="Minus infinity before the softmax means a weight of exactly 0, and the row still sums "
    "to 1.",
)


def _qkv() -> "tuple[Tensor, Tensor, Tensor]":
    q = tensor([1.0, 0.0, 2.0, -1.0], [0.5, 1.0, 0.0, 1.0])
    k = tensor([1.0, 1.0, 0.0, 0.0], [2.0, 0.0, 1.0, 1.0], [0.0, -1.0, 1.0, 0.0])
    return q, k, tensor([1.0, 0.0], [0.0, 2.0], [-1.0, 1.0])


ATTENTION = Exercise(
    id="attention/attention",
    title="The whole formula",
    minutes=5,
    difficulty=2,
    question=(
        "softmax(QKᵀ/√d_k)V, without a mask.\n\nWrite `attention(q, k, v)`: `q` is [queries, d_k], "
        "`k` is [keys, d_k] and `v` is [keys, d_v]. All are tensors."
    ),
    check=FunctionCheck(
        solutions.attention,
        # d_k, d_v, the number of queries and that of keys are four different ones.
        cases=lambda: [_qkv(), (_qkv()[1].repeat(2, 1)[:5], _qkv()[1], _qkv()[2])],
        mistakes=(
            Mistake(
                lambda q, k, v: (q @ k.T).softmax(-1) @ v,
                "The division by √d_k is missing.",
            ),
            Mistake(
                lambda q, k, v: (q @ k.T / q.shape[-1]).softmax(-1) @ v,
                "You divide by d_k. It is the square root of d_k.",
            ),
            Mistake(
                lambda q, k, v: (q @ k.T / math.sqrt(v.shape[-1])).softmax(-1) @ v,
                "You divide by √d_v. It is the length of queries and keys that counts: √d_k.",
            ),
            Mistake(
                lambda q, k, v: (q @ k.T / math.sqrt(len(k))).softmax(-1) @ v,
                "You divide by the root of the number of keys. d_k is the length of one vector: "
                "`q.shape[-1]`.",
            ),
            Mistake(
                lambda q, k, v: (q @ k.T / math.sqrt(len(q))).softmax(-1) @ v,
                "You divide by the root of the number of queries. d_k is the length of one vector: "
                "`q.shape[-1]`.",
            ),
            Mistake(
                lambda q, k, v: (q @ k.T / math.sqrt(q.shape[-1])).softmax(0) @ v,
                "Your softmax runs over the queries. Each *row* must sum to 1: `softmax(-1)`.",
            ),
            Mistake(
                lambda q, k, v: (q @ k.T / math.sqrt(q.shape[-1])).softmax(-1),
                "These are the weights, and they are right. The values are still to be mixed: "
                "`weights @ v`.",
            ),
            Mistake(
                lambda q, k, v: q @ k.T / math.sqrt(q.shape[-1]) @ v,
                "The softmax is missing.",
            ),
        ),
    ),
    hints=(
        "`q @ k.T` is the matrix of all products, [queries, keys].",
        "Divide by `math.sqrt(q.shape[-1])`, take `.softmax(-1)`, and multiply by `v`.",
    ),
    solution=source(solutions.attention),
    lesson=(
        "`torch.nn.functional.scaled_dot_product_attention(q, k, v)` gives the same. It never "
        "keeps the weights, which makes it fast, and is why they must be asked for in another way."
    ),
)

ROW_ENTROPY = Exercise(
    id="attention/row-entropy",
    title="Sharp or spread?",
    minutes=3,
    difficulty=1,
    question=(
        "The entropy of a row of weights is −Σ p · log₂ p bits: 0 if all the attention goes to one "
        "token, 2 if four tokens share it equally.\n\nWrite `row_entropy(row)`. Masked tokens have "
        "the weight 0."
    ),
    check=FunctionCheck(
        solutions.row_entropy,
        cases=lambda: [
            (tensor(0.5, 0.25, 0.25),),
            (tensor(1.0, 0.0, 0.0),),
            (tensor(0.7, 0.1, 0.2, 0.0),),
            (tensor(0.6, 0.1, 0.1, 0.2),),
        ],
        mistakes=(
            Mistake(
                lambda row: solutions.row_entropy(row) * math.log(2),
                "This is the entropy in nats. For bits use the logarithm to base 2.",
            ),
            Mistake(
                lambda row: -solutions.row_entropy(row), "The minus sign before the sum is missing."
            ),
            Mistake(
                lambda row: 2 ** solutions.row_entropy(row),
                "This is the effective number of tokens. Leave it in bits.",
            ),
            Mistake(
                lambda row: solutions.row_entropy(row) / len(row),
                "You take the mean. Entropy is the sum over the row.",
            ),
            Mistake(
                lambda row: float(-(row * row.log2()).sum()),
                "A weight of 0 has no logarithm (0 times minus infinity is not a number). Such "
                "tokens add nothing: leave them out.",
            ),
            Mistake(
                lambda row: -sum(p * math.log2(p) for p in row),
                "A weight of 0 has no logarithm. Such tokens add nothing: leave them out.",
            ),
        ),
    ),
    hints=("Go through the row and add up −p · log₂ p. Skip what is 0.", "`math.log2(p)`"),
    solution=source(solutions.row_entropy),
    lesson=(
        "In the head map the mean of this over all tokens is one of the colours: dark heads look "
        "at one place, bright ones everywhere."
    ),
)


def _heads() -> "Tensor":
    return tensor(
        [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]],
        [[10.0, 20.0], [30.0, 40.0], [50.0, 60.0]],
    )


MERGE_HEADS = Exercise(
    id="attention/merge-heads",
    title="Put the heads side by side",
    minutes=4,
    difficulty=2,
    question=(
        "Every head gives each token a vector: together `z`, [heads, tokens, d_head]. Before W^O "
        "they are put side by side: one row for each token, first head first.\n\nWrite "
        "`merge_heads(z)`, which returns [tokens, heads · d_head]."
    ),
    check=FunctionCheck(
        solutions.merge_heads,
        cases=lambda: [
            (_heads(),),
            (tensor([[1.0, 2.0, 3.0]], [[4.0, 5.0, 6.0]]),),
            (_heads().reshape(3, 2, 2),),
        ],
        mistakes=(
            Mistake(
                lambda z: z.reshape(z.shape[1], -1),
                "`reshape` reads the numbers in the order they lie in, head after head, so numbers "
                "of different tokens come into one row. Exchange heads and tokens first.",
            ),
            Mistake(
                lambda z: z.permute(1, 2, 0).reshape(z.shape[1], -1),
                "The heads are shuffled into each other number by number. Keep each head's numbers "
                "together.",
            ),
            Mistake(
                lambda z: z.transpose(0, 1),
                "Tokens come first now, as they should. Put the heads of each into one row.",
            ),
            Mistake(
                lambda z: z.sum(0),
                "You add the heads. They are put side by side; W^O does the mixing.",
            ),
        ),
    ),
    hints=(
        "`z.transpose(0, 1)` is [tokens, heads, d_head].",
        "Then `reshape(tokens, heads * d_head)` puts each token's heads into a row.",
    ),
    solution=source(solutions.merge_heads),
    lesson=(
        "`torch.cat(list(z), dim=-1)` does the same. To split the heads is the way back: reshape "
        "first, then transpose."
    ),
)

MUTED_BY_HAND = Exercise(
    id="attention/muted-by-hand",
    title="Mute a head by hand",
    minutes=3,
    difficulty=2,
    question=(
        "Two heads give one number each for a token: head 0 gives 3, head 1 gives −1. Side by "
        "side that is (3, −1), and the layer's output is (3, −1) · W^O, where W^O has the rows "
        "(1, 2) and (3, 0).\n\nHead 1 is muted: its number becomes 0. By how much does the "
        "output change? Give the output after minus the output before, as a list of two numbers."
    ),
    check=ValueCheck(
        [3.0, 0.0],
        mistakes=(
            Mistake([0.0, 6.0], "This is the output with both heads. How far does it move?"),
            Mistake([3.0, 6.0], "This is the output without head 1. Take the one before from it."),
            Mistake([-3.0, 0.0], "This is what head 1 adds. Muting takes it away: after − before."),
            Mistake([2.0, 0.0], "You used a column of W^O. Head 1 is multiplied by its *row*."),
            Mistake(
                [-3.0, -6.0], "You muted head 0: its number is 3. It is head 1 that becomes 0."
            ),
        ),
    ),
    hints=(
        "The output is 3 times the first row plus −1 times the second.",
        "Each head adds its own part, so muting head 1 takes away −1 · (3, 0).",
    ),
    solution="[3.0, 0.0]",
    lesson=(
        "The output is a sum with one term for each head: its numbers times its own rows of W^O. "
        "So a head can look anywhere and change nothing, if its term is short."
    ),
)


def _backward_head() -> "Tensor":
    return tensor(
        [1.0, 0.0, 0.0, 0.0],
        [0.8, 0.2, 0.0, 0.0],
        [0.1, 0.6, 0.3, 0.0],
        [0.3, 0.2, 0.4, 0.1],
    )


PREVIOUS_TOKEN = Exercise(
    id="attention/previous-token",
    title="Who looks one step back?",
    minutes=4,
    difficulty=1,
    question=(
        "`weights` are one head's, [queries, keys]. How much attention does a token give to the "
        "one before it, on average?\n\nWrite `previous_token_score(weights)`. The first token has "
        "none before it and does not count."
    ),
    check=FunctionCheck(
        solutions.previous_token_score,
        cases=lambda: [
            (_backward_head(),),
            (tensor([0.5, 0.3, 0.2], [0.6, 0.1, 0.3], [0.3, 0.5, 0.2]),),
            (tensor([0.4, 0.6], [0.3, 0.7]),),
        ],
        mistakes=(
            Mistake(
                lambda weights: float(weights.diagonal().mean()),
                "This is the diagonal: how much a token looks at itself. Go one to the left.",
            ),
            Mistake(
                lambda weights: float(weights.diagonal(1).mean()),
                "This is one step *forward*: rows are queries, so the token before is "
                "`weights[i, i - 1]`.",
            ),
            Mistake(
                lambda weights: float(weights.diagonal(-1).sum()) / len(weights),
                "You divide by the number of tokens, but the first one does not count.",
            ),
            Mistake(
                lambda weights: float(weights.diagonal(-1).sum()),
                "This is the sum. Divide by the number of tokens that have one before them.",
            ),
            Mistake(
                lambda weights: (
                    float(sum(weights[i, i - 1] for i in range(len(weights)))) / len(weights)
                ),
                "In Python `weights[0, -1]` is the *last* key. Begin with the second token.",
            ),
            Mistake(
                lambda weights: float(weights[1:, 0].mean()),
                "This is the first-token score (the sink). Each token's predecessor is another.",
            ),
        ),
    ),
    hints=(
        "For token i it is `weights[i, i - 1]`, from i = 1 on.",
        "Those numbers are the diagonal below the main one: `weights.diagonal(-1)`.",
    ),
    solution=source(solutions.previous_token_score),
    lesson=(
        "In GPT-2 one head scores 0.9999: layer 4, head 11, counted from 0. In the pocket model "
        "the best reaches about 0.4. `at.head_metrics` computes this for all heads."
    ),
)


def _four_heads() -> "Tensor":
    """Six tokens, a b c a b c: heads for the same token, what followed it, the one before, the
    first.
    """
    import torch

    def looking(targets: list[int]) -> "Tensor":
        return 0.05 + 0.7 * torch.nn.functional.one_hot(torch.tensor(targets), 6)

    same, induction = looking([0, 1, 2, 0, 1, 2]), looking([0, 1, 2, 1, 2, 3])
    before, first = looking([0, 0, 1, 2, 3, 4]), looking([0] * 6)
    return torch.stack([same, induction, before, first])


def _rivals() -> "Tensor":
    """Four heads on four tokens, twice. The third leads in the second half of the text; the others
    would if its last token did not count, if its first did not, or if one more did.
    """
    import torch

    scores = tensor(
        [0.0, 0.45, 0.4, 0.4, 0.05], [0.0, 0.0, 0.4, 0.4, 0.4],
        [0.0, 0.35, 0.4, 0.2, 0.5], [0.6, 0.4, 0.25, 0.25, 0.25],
    )  # fmt: skip
    weights = torch.full((4, 8, 8), 1 / 8)
    weights[:, 3:] = ((1 - scores) / 7).unsqueeze(-1)
    weights[:, torch.arange(3, 8), torch.arange(5)] = scores
    return weights


def _best(weights: "Tensor", step: int, first: int) -> int:
    """The head with the largest sum of `weights[head, i, i - step]` from `first` on."""
    return int(weights.diagonal(-step, dim1=1, dim2=2)[:, first - step :].sum(-1).argmax())


INDUCTION_HEAD = Exercise(
    id="attention/induction-head",
    title="Find the induction head",
    minutes=6,
    difficulty=3,
    question=(
        "A sequence of `length` random tokens stands there twice: a b c a b c. An *induction head* "
        "looks, from the second a, at what came after the first a: the first b.\n\n`weights` is "
        "[heads, 2 · length, 2 · length]. Write `find_induction_head(weights, length)`: the number "
        "of the head that does so most. Only the second half counts."
    ),
    check=FunctionCheck(
        solutions.find_induction_head,
        cases=lambda: [
            (_four_heads(), 3),
            (_four_heads().flip(0), 3),
            (_four_heads()[[1, 0, 2, 3]], 3),
            (_rivals(), 4),
        ],
        mistakes=(
            Mistake(
                lambda weights, length: _best(weights, length, length),
                "This head looks at the *same* token in the first half. An induction head looks "
                "one further: at what followed it.",
            ),
            Mistake(
                lambda weights, length: _best(weights, 1, 1),
                "This is the head that looks at the previous token. Go back `length - 1` steps.",
            ),
            Mistake(
                lambda weights, length: _best(weights, 1, length),
                "This is the head that looks at the previous token in the second half. Go back "
                "`length - 1` steps.",
            ),
            Mistake(
                lambda weights, length: int(weights[:, :, 0].sum(-1).argmax()),
                "This is the head with the most attention on the first token.",
            ),
            Mistake(
                lambda weights, length: _best(weights, length - 1, length - 1),
                "You count a token of the first half as well. Only the second half has something "
                "to repeat: begin with token number `length`.",
            ),
            Mistake(
                lambda weights, length: float(
                    weights.diagonal(1 - length, dim1=1, dim2=2)[:, 1:].sum(-1).max()
                ),
                "Return the number of the head, not a score.",
            ),
        ),
    ),
    hints=(
        "Token i of the second half stood before at i − length. What followed it then?",
        "It is `weights[head, i, i - length + 1]`, for i from `length` to `2 * length - 1`.",
        "Add that up for each head and return the head with the largest sum.",
    ),
    solution=source(solutions.find_induction_head),
    lesson=(
        "Such heads copy: *what came next the last time?* They appear suddenly in training, and "
        "with them the skill to learn from the prompt (Olsson et al. 2022)."
    ),
)

EXPLAIN_THE_SINK = Exercise(
    id="attention/explain-the-sink",
    title="How much does the sink matter?",
    minutes=4,
    difficulty=2,
    question=(
        "A head gives three tokens the weights 0.8, 0.1 and 0.1. The value vectors of these tokens "
        "have the lengths 0.05, 1 and 1. Each token adds weight · value to the output.\n\nWhich "
        "share of all that is added (the lengths, added up) comes from the first token? Give a "
        "number between 0 and 1."
    ),
    check=ValueCheck(
        1 / 6,
        tolerance=5e-3,
        mistakes=(
            Mistake(0.8, "That is its share of the attention. Multiply by the length first."),
            Mistake(0.04, "That is what it adds. Divide by what all three add."),
            Mistake(0.05 / 2.05, "You compare the values alone. Multiply by the weights first."),
            Mistake(0.2, "You divided by what the other two add. All three count: 0.24."),
            Mistake(100 / 6, "Give a number between 0 and 1, not percent."),
        ),
    ),
    hints=(
        "The three add 0.8 · 0.05, 0.1 · 1 and 0.1 · 1.",
        "That is 0.04, 0.1 and 0.1. The first is 0.04 of 0.24.",
    ),
    solution="0.04 / (0.04 + 0.1 + 0.1)",
    lesson=(
        "Softmax must hand out a whole 1, even where a head has nothing to say. The first token, "
        "which everybody can see, takes what is left over, and models learn to keep its value "
        "short: four fifths of the attention, a sixth of the effect (Xiao et al. 2023; Gu et al. "
        "2024)."
    ),
)

WITHOUT_FIRST = Exercise(
    id="attention/without-first",
    title="Hide the sink",
    minutes=4,
    difficulty=2,
    question=(
        "Write `without_first(weights)`: the same weights, [queries, keys], with the first column "
        "set to 0 and every row stretched so that it sums to 1 again. A row in which nothing is "
        "left stays 0."
    ),
    check=FunctionCheck(
        solutions.without_first,
        cases=lambda: [
            (_backward_head(),),
            (tensor([0.5, 0.5], [0.25, 0.75]),),
            (tensor([0.2, 0.3, 0.5], [0.6, 0.1, 0.3], [1.0, 0.0, 0.0]),),
        ],
        mistakes=(
            Mistake(
                lambda weights: _first_at_zero(weights) / _sums_or_1(_first_at_zero(weights), -1).T,
                "Each row must be divided by its own sum. Your sums lie along the columns: sum "
                "with `keepdim=True`.",
            ),
            Mistake(
                lambda weights: _first_at_zero(weights) / _sums_or_1(_first_at_zero(weights), 0),
                "Your columns sum to 1. It is the rows that should: `sum(-1, keepdim=True)`.",
            ),
            Mistake(
                lambda weights: _first_at_zero(weights),
                "The column is gone, but the rows no longer sum to 1: divide each by what is left.",
            ),
            Mistake(
                lambda weights: (
                    _first_at_zero(weights) / _first_at_zero(weights).sum(-1, keepdim=True)
                ),
                "Where nothing is left in a row, 0 divided by 0 is not a number. Such a row stays "
                "0.",
            ),
            Mistake(
                lambda weights: _first_at_zero(weights).softmax(-1),
                "A second softmax does not stretch: it levels everything out. Divide by the sum.",
            ),
            Mistake(
                lambda weights: solutions.without_first(weights)[:, 1:],
                "Keep the column, with 0 in it: the matrix keeps its shape.",
            ),
        ),
    ),
    hints=(
        "`weights.clone()` first, so that the caller's matrix stays as it was.",
        "`left = weights.sum(-1, keepdim=True)` is what is left in each row.",
        "Where `left` is 0 divide by 1: `left.where(left > 0, 1)`.",
    ),
    solution=source(solutions.without_first),
    lesson=(
        "This shows what the sink hides. But it is a picture of weights that the model never used: "
        "the lab's switch says so wherever it is on."
    ),
)


def _first_at_zero(weights: "Tensor") -> "Tensor":
    weights = weights.clone()
    weights[:, 0] = 0
    return weights


def _sums_or_1(weights: "Tensor", axis: int) -> "Tensor":
    sums = weights.sum(axis, keepdim=True)
    return sums.where(sums > 0, 1)


def _two_layers() -> "Tensor":
    return tensor(
        [[1.0, 0.0, 0.0], [0.8, 0.2, 0.0], [0.1, 0.6, 0.3]],
        [[1.0, 0.0, 0.0], [0.4, 0.6, 0.0], [0.0, 0.5, 0.5]],
    )


ROLLOUT = Exercise(
    id="attention/rollout",
    title="Through two layers",
    minutes=6,
    difficulty=3,
    question=(
        "A token of layer 2 looks at tokens of layer 1, which have looked at others themselves. "
        "*Rollout* follows that: each layer passes on half of what a token had (the residual "
        "connection) and half of what its attention brings, 0.5 · I + 0.5 · A, and the layers are "
        "multiplied, later ones on the left.\n\nWrite `rollout(layers)`: `layers` is [layers, "
        "tokens, tokens], first layer first."
    ),
    check=FunctionCheck(
        solutions.rollout,
        cases=lambda: [
            (_two_layers(),),
            (_two_layers().flip(0),),
            (_two_layers()[:1],),
            (_two_layers()[[0, 1, 1]],),
        ],
        mistakes=(
            Mistake(
                lambda layers: solutions.rollout(layers.flip(0)),
                "The order is turned round: with vectors as rows, a later layer is multiplied from "
                "the left, `later @ earlier`.",
            ),
            Mistake(
                lambda layers: _product(layers),
                "The residual connection is missing: half of each token goes straight on.",
            ),
            Mistake(
                lambda layers: _product(layers + _identity(layers)),
                "You add the identity without the halves: the rows must still sum to 1.",
            ),
            Mistake(
                lambda layers: (0.5 * layers + 0.5 * _identity(layers)).mean(0),
                "You take the mean of the layers. One comes after the other: multiply.",
            ),
        ),
    ),
    hints=(
        "For two layers: `(0.5 * I + 0.5 * A2) @ (0.5 * I + 0.5 * A1)`.",
        "Begin with `torch.eye(tokens)` and multiply each layer from the left.",
    ),
    solution=source(solutions.rollout),
    lesson=(
        "This is attention rollout (Abnar and Zuidema 2020). It takes all heads as one and values "
        "as equal, so it is a rough map of where information *can* have come from."
    ),
)


def _identity(layers: "Tensor") -> "Tensor":
    import torch

    return torch.eye(layers.shape[-1])


def _product(layers: "Tensor") -> "Tensor":
    total = _identity(layers)
    for weights in layers:
        total = weights @ total
    return total
