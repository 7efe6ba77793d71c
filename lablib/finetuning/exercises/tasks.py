"""Exercises to write and have checked, in the order of the story."""

import math

from lablib.exercises.checking import FunctionCheck, Mistake
from lablib.exercises.records import Exercise, source
from lablib.finetuning.exercises import solutions, watching
from lablib.finetuning.exercises.practice import learner

COUNT_TARGETS = Exercise(
    id="finetuning/count-targets",
    title="How many questions?",
    minutes=3,
    difficulty=1,
    question=(
        "A batch is padded on the right: `mask` is a list of rows, with 1 for a token and 0 for "
        "padding. The model says each token from those before it, and padding is never asked "
        "for.\n\nWrite `count_targets(mask)`: how many tokens the model is asked for. A row of "
        "padding alone counts for nothing."
    ),
    check=FunctionCheck(
        solutions.count_targets,
        cases=lambda: [
            ([[1, 1, 1, 1], [1, 1, 0, 0]],),
            ([[1, 1, 1, 0, 0], [1, 0, 0, 0, 0], [0, 0, 0, 0, 0], [1, 1, 1, 1, 1]],),
            ([[1, 1, 1], [1, 1, 1], [1, 1, 0]],),
        ],
        mistakes=(
            Mistake(
                lambda mask: sum(map(sum, mask)),
                "You count every token. The first of a row has nothing before it, so nobody is "
                "asked for it.",
            ),
            Mistake(
                lambda mask: sum(len(row) - 1 for row in mask),
                "You leave out the first of each row, but count the padding.",
            ),
            Mistake(
                lambda mask: sum(map(len, mask)),
                "You count every place of the batch, the padding too.",
            ),
            Mistake(
                lambda mask: sum(sum(row) - 1 for row in mask),
                "A row of padding alone gives −1 here. It should give 0.",
            ),
            Mistake(
                lambda mask: sum(sum(row[:-1]) for row in mask),
                "You leave out the last place of each row. In a padded row that is padding: it is "
                "the first token that is not asked for.",
            ),
            Mistake(
                lambda mask: sum(map(sum, mask)) - 1,
                "One token fewer is right for each row, not for the whole batch: a row does not "
                "go on where the one before it ended.",
            ),
        ),
    ),
    hints=(
        "Do it for one row first: four tokens are how many questions?",
        "`sum(row) - 1`, and never less than 0.",
    ),
    solution=source(solutions.count_targets),
    lesson=(
        "The loss of a batch is a mean over these. Two batches of one shape can have very "
        "different numbers of them."
    ),
)

PERPLEXITY = Exercise(
    id="finetuning/perplexity",
    title="From losses to perplexity",
    minutes=3,
    difficulty=1,
    question=(
        "`losses` holds the loss of each token of a text, in nats: minus the logarithm of the "
        "probability that the model gave it.\n\nWrite `perplexity(losses)`: among how many equally "
        "likely tokens one would have to choose for the same mean loss."
    ),
    check=FunctionCheck(
        solutions.perplexity,
        cases=lambda: [
            ([math.log(2), math.log(8)],),
            ([0.5, 1.0, 3.0],),
            ([2.0],),
            ([0.1, 0.4, 2.0, 0.3],),
        ],
        mistakes=(
            Mistake(
                lambda losses: sum(map(math.exp, losses)) / len(losses),
                "You take the exponential of each loss and then the mean. First the mean, then "
                "the exponential: otherwise one rare word decides.",
            ),
            Mistake(
                lambda losses: math.exp(sum(losses)),
                "This is one over the probability of the whole text. Take the mean, so that texts "
                "of different lengths can be compared.",
            ),
            Mistake(
                lambda losses: 2 ** (sum(losses) / len(losses)),
                "The losses are in nats, so the base is e. 2 belongs to bits.",
            ),
            Mistake(
                lambda losses: sum(losses) / len(losses),
                "This is the mean loss. The perplexity is its exponential.",
            ),
            Mistake(
                lambda losses: math.exp(-sum(losses) / len(losses)),
                "The sign is wrong: this is the mean probability of a token, below 1.",
            ),
        ),
    ),
    hints=("The mean of log 2 and log 8 is log 4.",),
    solution=source(solutions.perplexity),
    lesson=(
        "Perplexities of two models can be compared where their tokens are the same. A model with "
        "larger tokens has fewer and harder choices."
    ),
)

BATCH_MEAN = Exercise(
    id="finetuning/batch-mean",
    title="A batch in pieces",
    minutes=4,
    difficulty=2,
    question=(
        "A batch is too large for the memory, so it is computed in parts. Of part i you know "
        "`sums[i]`, the summed loss of its targets, and `counts[i]`, how many they are.\n\nWrite "
        "`batch_mean(sums, counts)`: the mean loss of the batch, the same as if it had been "
        "computed at once."
    ),
    check=FunctionCheck(
        solutions.batch_mean,
        cases=lambda: [
            ([12.0, 1.0], [4, 1]),
            ([30.0, 8.0, 0.0], [10, 2, 0]),
            ([5.0, 9.0, 2.0], [2, 6, 1]),
        ],
        mistakes=(
            Mistake(
                lambda sums, counts: _mean([s / c if c else 0.0 for s, c in _pairs(sums, counts)]),
                "This is a mean of means. A part with one target then weighs as much as one with a "
                "hundred.",
            ),
            Mistake(
                lambda sums, counts: _mean([s / c for s, c in _pairs(sums, counts) if c]),
                "This is a mean of means. A part with one target then weighs as much as one with a "
                "hundred.",
            ),
            Mistake(
                lambda sums, counts: sum(s / c for s, c in _pairs(sums, counts) if c),
                "You add up the means of the parts. More parts then mean a larger loss.",
            ),
            Mistake(
                lambda sums, counts: sum(sums) / len(sums),
                "You divide by the number of parts. Divide by the number of targets.",
            ),
            Mistake(
                lambda sums, counts: sum(s * c for s, c in _pairs(sums, counts)) / sum(counts),
                "The sums already hold every target once. Do not weight them again.",
            ),
        ),
    ),
    hints=(
        "What would the summed loss of the whole batch be? And its number of targets?",
        "A part may have no targets at all: do not divide by its count.",
    ),
    solution=source(solutions.batch_mean),
    lesson=(
        "The training loop of this lab does just this, over micro-batches and over processes. So "
        "neither changes what is learned. Many programs got it wrong for years."
    ),
)


def _pairs(sums: list[float], counts: list[int]) -> list[tuple[float, int]]:
    return list(zip(sums, counts, strict=True))


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


LINEAR_SCHEDULE = Exercise(
    id="finetuning/linear-schedule",
    title="Up, and down to nothing",
    minutes=4,
    difficulty=2,
    question=(
        "Write `learning_rate(step, total, peak, warmup)` for the linear schedule. In the first "
        "`warmup` steps the rate rises evenly from 0, so that step `warmup` has `peak`; then it "
        "falls evenly, and would be 0 at step `total`. Steps count from 0. `warmup` may be 0."
    ),
    check=FunctionCheck(
        solutions.learning_rate,
        cases=lambda: [
            (0, 100, 2e-1, 0), (50, 100, 2e-1, 0), (99, 100, 2e-1, 0),
            (5, 100, 1.0, 20), (20, 100, 1.0, 20), (60, 100, 1.0, 20), (0, 100, 1.0, 20),
            (7, 50, 3.0, 9), (9, 50, 3.0, 9), (33, 50, 3.0, 9), (49, 50, 3.0, 9),
        ],
        mistakes=(
            Mistake(
                lambda step, total, peak, warmup: (
                    peak * step / warmup if step < warmup else peak * (total - step) / total
                ),
                "The fall begins too low: after the warm-up there are total − warmup steps left, "
                "and the rate should be `peak` at their beginning.",
            ),
            Mistake(
                lambda step, total, peak, warmup: peak * (total - step) / total,
                "There is no warm-up: for steps below `warmup` the rate should rise.",
            ),
            Mistake(
                lambda step, total, peak, warmup: peak * step / warmup if step < warmup else peak,
                "After the warm-up it should fall, and reach 0 at step `total`.",
            ),
            Mistake(
                lambda step, total, peak, warmup: peak * step / total,
                "It rises all the way. It should fall after the warm-up.",
            ),
            Mistake(
                lambda step, total, peak, warmup: solutions.learning_rate(
                    step + 1, total, peak, warmup
                ),
                "You are one step ahead: step 0 without a warm-up has the full `peak`.",
            ),
            Mistake(
                lambda step, total, peak, warmup: (
                    peak * (step + 1) / warmup
                    if step < warmup
                    else solutions.learning_rate(step, total, peak, warmup)
                ),
                "In the warm-up you are one step ahead: step 0 has the rate 0.",
            ),
            Mistake(
                lambda step, total, peak, warmup: (
                    solutions.learning_rate(step, total, peak, warmup)
                    if step < warmup
                    else peak * (total - step - 1) / (total - warmup)
                ),
                "After the warm-up you are one step ahead: step `warmup` has the full `peak`.",
            ),
            Mistake(
                lambda step, total, peak, warmup: (
                    solutions.learning_rate(step, total, peak, warmup)
                    if warmup
                    else solutions.learning_rate(step, total, peak, warmup) * step / warmup
                ),
                "`warmup` may be 0: do not divide by it then.",
            ),
        ),
    ),
    hints=(
        "Two cases: `step < warmup`, and the rest.",
        "In the second, total − step steps are left of total − warmup.",
    ),
    solution=source(solutions.learning_rate),
    lesson=(
        "This is `get_linear_schedule_with_warmup` of `transformers`. The source recipe has no "
        "warm-up, so its very first step is its longest."
    ),
)  # fmt: skip

BEST_RATE = Exercise(
    id="finetuning/best-rate",
    title="Reading a range test",
    minutes=3,
    difficulty=1,
    question=(
        "A range test raises the learning rate at every step. `losses[i]` is the (smoothed) loss "
        "at rate `rates[i]`: it falls for a while, and then shoots up.\n\nA common rule takes a "
        "tenth of the rate at which the loss was lowest. Write `best_rate(rates, losses)`."
    ),
    check=FunctionCheck(
        solutions.best_rate,
        cases=lambda: [
            ([1e-2, 1e-1, 1.0, 10.0], [3.0, 2.5, 1.9, 7.0]),
            ([1.0, 2.0, 4.0, 8.0, 16.0], [4.0, 3.8, 3.1, 3.3, 9.0]),
            ([0.1, 0.2, 0.4, 0.8], [6.0, 3.0, 2.0, 4.0]),
            ([0.3, 0.6, 1.2, 2.4, 4.8], [5.0, 2.5, 2.2, 2.1, 9.0]),
        ],
        mistakes=(
            Mistake(
                lambda rates, losses: solutions.best_rate(rates, losses) * 10,
                "At that rate the loss was lowest, and about to explode. Take a tenth of it.",
            ),
            Mistake(
                lambda rates, losses: min(losses) / 10,
                "This is a loss. Look up the rate that stands at its place.",
            ),
            Mistake(
                lambda rates, losses: max(rates) / 10,
                "The highest rate of the test is far behind the explosion.",
            ),
            Mistake(
                lambda rates, losses: solutions.best_rate(rates, [-loss for loss in losses]),
                "You look for the highest loss.",
            ),
        ),
    ),
    hints=("`losses.index(min(losses))` is the place.",),
    solution=source(solutions.best_rate),
    lesson=(
        "It gives the order of magnitude, in a minute, before a long run. Smith 2017 proposed the "
        "test; the tenth is a rule of thumb."
    ),
)

LORA_WEIGHTS = Exercise(
    id="finetuning/lora-weights",
    title="How few are few?",
    minutes=3,
    difficulty=1,
    question=(
        "LoRA leaves a matrix of n rows and m columns as it is, and learns what to add to it: a "
        "product of two thin matrices, n × r and r × m, where r is the rank.\n\nWrite "
        "`lora_weights(shapes, rank)`: how many weights are trained for matrices of the `shapes`, "
        "a list of (rows, columns)."
    ),
    check=FunctionCheck(
        solutions.lora_weights,
        cases=lambda: [([(256, 768)], 8), ([(256, 256), (256, 1024), (1024, 256)], 4)],
        mistakes=(
            Mistake(
                lambda shapes, rank: sum(rows * columns for rows, columns in shapes),
                "These are the weights of the matrices themselves, which stay as they are.",
            ),
            Mistake(
                lambda shapes, rank: sum(rank * rows * columns for rows, columns in shapes),
                "More than the matrices have? The two factors are n × r and r × m: add their "
                "sizes.",
            ),
            Mistake(
                lambda shapes, rank: sum(rank * rank * (n + m) for n, m in shapes),
                "The rank is a side of each factor only once.",
            ),
            Mistake(
                lambda shapes, rank: sum(rank * rows for rows, _ in shapes),
                "This is the first factor. The second has r × m weights.",
            ),
            Mistake(
                lambda shapes, rank: sum(rank * columns for _, columns in shapes),
                "This is the second factor. The first has n × r weights.",
            ),
            Mistake(
                lambda shapes, rank: sum(n + m for n, m in shapes),
                "That would be rank 1.",
            ),
        ),
    ),
    hints=("A matrix of n × r has n · r weights.",),
    solution=source(solutions.lora_weights),
    lesson=(
        "For 256 × 768 at rank 8 that is 8,192 instead of 196,608. Only those need a gradient and "
        "AdamW's two averages: that is where the memory is saved."
    ),
)

TRAINING_BYTES = Exercise(
    id="finetuning/training-bytes",
    title="Does it fit?",
    minutes=3,
    difficulty=1,
    question=(
        "Before any text is read, training with AdamW in fp32 keeps: every weight; for each weight "
        "that learns, its gradient; and for each of those two running averages. Each number takes "
        "4 bytes.\n\nWrite `training_bytes(weights, trained)`, where `trained` of the `weights` "
        "learn."
    ),
    check=FunctionCheck(
        solutions.training_bytes,
        cases=lambda: [(1000, 1000), (124_439_808, 124_439_808), (1000, 30)],
        mistakes=(
            Mistake(
                lambda weights, trained: 16 * weights,
                "Right where all weights learn. Frozen ones need no gradient and no averages.",
            ),
            Mistake(
                lambda weights, trained: 16 * trained,
                "The frozen weights are in memory as well.",
            ),
            Mistake(
                lambda weights, trained: 4 * weights + 8 * trained,
                "AdamW keeps two averages for each weight: of its gradients, and of their squares.",
            ),
            Mistake(
                lambda weights, trained: weights + 3 * trained,
                "You count numbers. Each takes 4 bytes.",
            ),
            Mistake(
                lambda weights, trained: 4 * weights,
                "This is enough to use the model. To train it takes more.",
            ),
        ),
    ),
    hints=("Four things: weights, gradients, two averages. For how many weights is each kept?",),
    solution=source(solutions.training_bytes),
    lesson=(
        "16 bytes for each weight: 2 GB for GPT-2's 124 million, before the first token. On top "
        "come activations and logits, which grow with the batch."
    ),
)


def _learning_instead(wanted):  # type: ignore[no-untyped-def]
    """Code that lets the weights learn that are `wanted(name, whether it should learn)`."""

    def train_last(model, blocks):  # type: ignore[no-untyped-def]
        right = set(solutions.train_last(model, blocks))
        return _learning(model, lambda name: wanted(name, name in right))

    return train_last


def _named_only(model, blocks):  # type: ignore[no-untyped-def]
    names = solutions.train_last(model, blocks)
    model.requires_grad_(True)
    return names


def _learning(model, wanted):  # type: ignore[no-untyped-def]
    """Let the weights learn whose name is wanted; their names."""
    for name, weight in model.named_parameters():
        weight.requires_grad_(wanted(name))
    return [name for name, weight in model.named_parameters() if weight.requires_grad]


TRAIN_LAST = Exercise(
    id="finetuning/train-last",
    title="Freeze all but the last",
    minutes=4,
    difficulty=2,
    question=(
        "`model` is a GPT-2. Write `train_last(model, blocks)`: freeze everything but the last "
        "`blocks` blocks (there may be 0 of them) and the last norm, `ln_f`. Return the names of "
        "the weights that still learn, in the order of `model.named_parameters()`."
    ),
    check=FunctionCheck(
        solutions.train_last,
        cases=lambda: [(learner(blocks=3), blocks) for blocks in (2, 1, 0, 3)],
        watch=watching.weights_that_learn,
        mistakes=(
            Mistake(
                lambda model, blocks: _learning(model, lambda name: True),
                "Everything learns. Set `requires_grad` to False first: "
                "`model.requires_grad_(False)`.",
            ),
            Mistake(
                lambda model, blocks: _learning(
                    model, lambda name: any(f".h.{i}." in name for i in range(blocks))
                    or "ln_f" in name,
                ),
                "These are the first blocks. Count from the end of `model.transformer.h`.",
            ),
            Mistake(
                lambda model, blocks: _learning(
                    model, lambda name: any(f".h.{i}." in name for i in range(3)[-blocks:])
                    or "ln_f" in name,
                ),
                "In Python −0 is 0, so `h[-0:]` are all the blocks, not none. Count from the "
                "front: `h[len(h) - blocks:]`.",
            ),
            Mistake(
                _learning_instead(lambda name, right: right and "ln_f" not in name),
                "The blocks are right. The last norm, `model.transformer.ln_f`, should learn too.",
            ),
            Mistake(
                lambda model, blocks: [
                    name for name, weight in model.named_parameters()
                    if name not in solutions.train_last(model, blocks)
                ],
                "These are the ones to freeze. Return those that learn.",
            ),
            Mistake(
                _learning_instead(lambda name, right: right or "wte" in name),
                "The embeddings `wte` still learn. In GPT-2 they are the output matrix too, but "
                "here they should stay.",
            ),
            Mistake(
                _learning_instead(lambda name, right: right or "wte" in name or "wpe" in name),
                "The embeddings, `wte` and `wpe`, still learn.",
            ),
            Mistake(
                lambda model, blocks: _named_only(model, blocks),
                "The names are right, but nothing is frozen: set `requires_grad` of the weights.",
            ),
        ),
        seconds=20.0,
    ),
    hints=(
        "`part.requires_grad_(False)` freezes all of a part, and `True` frees it again.",
        "The blocks are `model.transformer.h`, a list.",
    ),
    solution=source(solutions.train_last),
    lesson=(
        "It is often said that early blocks work out what a text says and the last ones what comes "
        "next. Whether a style needs no more than the last, a run will tell: compare it with all "
        "the weights and with LoRA."
    ),
)  # fmt: skip
