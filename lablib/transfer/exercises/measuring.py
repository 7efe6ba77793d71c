"""Questions about training, measures and size, asked with the panels of the foundations room."""

import math

from lablib.exercises.checking import FunctionCheck, Mistake, ValueCheck
from lablib.exercises.records import Bug, Exercise, Guess, Option, Prediction, Record, source
from lablib.transfer.exercises import measuring_broken, measuring_solutions

TOO_SMALL = Prediction(
    id="transfer/too-small-a-start",
    title="A little too small, eight times over",
    question=(
        "Eight layers with tanh, 128 wide. The first weights are drawn with a standard deviation "
        "of 0.01; Xavier's choice would be 0.088. The signal comes in with a spread of 1. About "
        "how large is it after the eighth layer?"
    ),
    answer=(
        Option(
            "About 0.1",
            "That is what one layer makes of it. The next one gets 0.1 and makes 0.01 of it.",
        ),
        Option(
            "About 0.00000003",
            "Yes. Each layer multiplies the spread by 0.01 · √128 ≈ 0.11, and 0.11⁸ is that small. "
            "The gradient goes the same way back, so nothing learns.",
            right=True,
        ),
        Option(
            "Exactly 0",
            "Not exactly: numbers this small can still be stored. But for learning it is no better "
            "than 0.",
        ),
        Option(
            "About 1: tanh brings it back",
            "Near 0 tanh changes nothing: it hands on what it gets. It only holds back what is "
            "large.",
        ),
    ),
)

HIGHEST_RATE = Prediction(
    id="transfer/highest-rate",
    title="How fast can SGD go?",
    question=(
        "A ravine: across, the gradient is 20 times the distance from the bottom. A step of SGD "
        "subtracts the learning rate times the gradient. From which learning rate on does it swing "
        "higher and higher, and leave the ravine?"
    ),
    answer=Guess(
        value=0.1,
        tolerance=0.011,
        unit="learning rate",
        right="Yes: the step is rate · 20 · distance. At 0.1 it is twice the distance, so it lands "
        "as far out on the other side, and beyond that farther. In general: 2 / slope.",
        too_low="It still comes closer with each step there: at 0.05 the step is 20 · 0.05 = 1 "
        "times the distance, right to the bottom.",
        too_high="It is gone by then: when the step is more than twice the distance, it lands "
        "farther out on the other side.",
    ),
)

PERPLEXITY = Exercise(
    id="transfer/perplexity",
    title="From perplexity to bits per byte",
    minutes=4,
    difficulty=2,
    question=(
        "Perplexity is a number for each token, so it cannot compare two models that cut text into "
        "other tokens. Bits per byte can. Write `bits_per_byte(perplexity, tokens, text)`: a model "
        "has this perplexity on `text`, which it cuts into `tokens` tokens (a number). How many "
        "bits does it need for each byte of the text in UTF-8?"
    ),
    check=FunctionCheck(
        measuring_solutions.bits_per_byte,
        cases=lambda: [
            (8.0, 2, "fly!"),
            (20.0, 6, "né 🦩"),
            (1.0, 3, "abc"),
            (300.0, 5, "A cat sat."),
        ],
        mistakes=(
            Mistake(
                lambda perplexity, tokens, text: tokens * math.log(perplexity) / len(text.encode()),
                "Those are nats per byte. A bit is a choice between two: take the logarithm to "
                "base 2.",
            ),
            Mistake(
                lambda perplexity, tokens, text: tokens * math.log2(perplexity) / len(text),
                "You divide by characters. A character has one to four bytes in UTF-8.",
            ),
            Mistake(
                lambda perplexity, tokens, text: math.log2(perplexity),
                "Those are bits per token. How many bits are they for the whole text, and how many "
                "bytes does it have?",
            ),
            Mistake(
                lambda perplexity, tokens, text: math.log2(perplexity) / len(text.encode()),
                "Those bits are for one token. The text has `tokens` of them.",
            ),
            Mistake(
                lambda perplexity, tokens, text: tokens * perplexity / len(text.encode()),
                "A choice between 8 equally likely tokens takes 3 bits, not 8: the logarithm is "
                "missing.",
            ),
        ),
    ),
    hints=(
        "A choice between 8 equally likely tokens takes `math.log2(8)` = 3 bits.",
        "So many bits for each token: multiply by the tokens, divide by `len(text.encode())`.",
    ),
    solution="import math\n\n\n" + source(measuring_solutions.bits_per_byte),
    lesson=(
        "Perplexity tells two models apart only if they cut the text into the same tokens: larger "
        "tokens are harder to guess, and there are fewer of them. Bits per byte can always be "
        "compared."
    ),
)


def _accuracy_of(labels: list[int], said: list[int]) -> float:
    return sum(a == b for a, b in zip(labels, said, strict=True)) / len(labels)


def _precision(labels: list[int], said: list[int]) -> float:
    hits = sum(a and b for a, b in zip(labels, said, strict=True))
    return hits / sum(said) if sum(said) else 0.0


def _recall(labels: list[int], said: list[int]) -> float:
    hits = sum(a and b for a, b in zip(labels, said, strict=True))
    return hits / sum(labels) if sum(labels) else 0.0


def _mean(labels: list[int], said: list[int]) -> float:
    return (_precision(labels, said) + _recall(labels, said)) / 2


F1 = Exercise(
    id="transfer/f1",
    title="F1 by hand",
    minutes=5,
    difficulty=2,
    question=(
        "`labels` says what each example is and `said` what the classifier said, both lists of 1 "
        "(yes) and 0 (no). Write `f1(labels, said)`, the harmonic mean of precision and recall; 0 "
        "where no yes was right."
    ),
    check=FunctionCheck(
        measuring_solutions.f1,
        cases=lambda: [
            ([1, 1, 1, 0, 0, 0, 0, 0], [1, 0, 0, 1, 0, 0, 0, 0]),
            ([1, 0, 0, 0, 0], [1, 1, 1, 0, 0]),
            ([1, 1, 0], [0, 0, 0]),
            ([0, 0, 0], [0, 0, 0]),
        ],
        mistakes=(
            Mistake(
                _accuracy_of,
                "That is accuracy: it counts the many that were rightly left, and F1 does not.",
            ),
            Mistake(
                _mean,
                "That is the ordinary mean of precision and recall. The harmonic mean is nearer to "
                "the smaller of them: 2 · P · R / (P + R).",
            ),
            Mistake(
                _precision, "That is precision alone: how many of those said yes to are right."
            ),
            Mistake(_recall, "That is recall alone: of those that are yes, how many were found."),
        ),
    ),
    hints=(
        "Count three things: rightly yes (hits), wrongly yes, wrongly no.",
        "F1 is 2 · hits / (2 · hits + wrongly yes + wrongly no). Mind the case without hits.",
    ),
    solution=source(measuring_solutions.f1),
    lesson="`sklearn.metrics.f1_score` gives the same; `zero_division` says what 0 / 0 is.",
)

MEAN_OF_MEANS = Bug(
    id="transfer/mean-of-means",
    title="A different accuracy for each batch size",
    minutes=3,
    difficulty=1,
    question=(
        "This should give the accuracy on a test set that is read in batches. With another batch "
        "size it gives another accuracy, though the answers are the same. Which line is the reason?"
    ),
    code=source(measuring_broken.accuracy),
    line="return sum(shares)",
    why=(
        "The mean of the batches' shares counts every batch alike. The last batch is usually "
        "smaller, and each of its examples then weighs more than the others."
    ),
    innocent={
        "shares = []": "A list to collect in. That is right, if it is used rightly.",
        "for batch": "Every batch once. That is right.",
        "right = sum": "True counts as 1, so this counts the right ones. That is right.",
        "shares.append": "This share of the batch is right in itself. What becomes of it?",
    },
    check=FunctionCheck(
        measuring_solutions.accuracy,
        cases=lambda: [
            ([[True, True, True, True], [False]],),
            ([[True, False], [True, True], [True]],),
            ([[True, False, True], [True, True, False]],),
        ],
        mistakes=(
            Mistake(
                measuring_broken.accuracy,
                "A batch of one example still weighs as much as a full one.",
            ),
            Mistake(
                lambda batches: sum(sum(batch) for batch in batches) / len(batches),
                "You divide the right ones by the number of batches; divide by that of examples.",
            ),
            Mistake(
                lambda batches: (
                    sum(sum(batch) for batch in batches)
                    / (len(batches) * max(len(batch) for batch in batches))
                ),
                "You count every batch as a full one; the last may be smaller.",
            ),
        ),
    ),
    hints=(
        "A batch of 4, all right, and a batch of 1, wrong: what is the accuracy?",
        "Add up the right ones and the examples, and divide once, at the end.",
    ),
    solution=source(measuring_solutions.accuracy),
    lesson=(
        "The same holds for a loss: sum it over tokens and divide by the tokens, never take the "
        "mean of the batches' means. For F1 there is no way to average batches at all."
    ),
)

ONE_BLOCK = Exercise(
    id="transfer/one-block",
    title="What is in a block?",
    minutes=5,
    difficulty=2,
    question=(
        "A block of GPT-2, width d: attention has four d × d matrices with a bias each (query, "
        "key, value, output), the feed-forward part goes to 4 d and back, with biases, and there "
        "are two norms with two vectors each. How many parameters has one block of width 768?"
    ),
    check=ValueCheck(
        7_087_872,
        mistakes=(
            Mistake(12 * 768**2, "Those are the matrices: the biases and norms are missing."),
            Mistake(12 * 768**2 + 9 * 768, "The two norms are missing: two vectors of d each."),
            Mistake(12 * 768**2 + 4 * 768, "The biases are missing: 4 d in attention, 5 d after."),
            Mistake(12 * 7_087_872, "That is all 12 blocks of GPT-2 small. One block only."),
            Mistake(6 * 768**2 + 11 * 768, "The feed-forward part has two matrices, each 4 d²."),
        ),
        tolerance=1e-9,
    ),
    hints=(
        "Attention: 4 d² + 4 d. Feed-forward: 8 d² + 4 d + d. Norms: 2 · 2 d.",
        "Together 12 d² + 13 d.",
    ),
    solution="12 * 768**2 + 13 * 768",
    lesson=(
        "For large widths only 12 d² matters: a model of L layers has about 12 L d² parameters, "
        "and the embeddings."
    ),
)

ZEROS_ON_DISK = Prediction(
    id="transfer/zeros-on-disk",
    title="Half of the weights are 0",
    question=(
        "You set the smaller half of each matrix's weights to 0 and save the model as it is. How "
        "large is the file, and how fast does the model read?"
    ),
    answer=(
        Option(
            "Half the file, twice the speed",
            "A 0 takes as many bits as any number, and multiplying by it takes as long.",
        ),
        Option(
            "Half the file, the same speed",
            "A 0 takes as many bits in the file as any number, unless the file is compressed.",
        ),
        Option(
            "The same file, the same speed",
            "Yes. Zeros here and there only pay off in a format that leaves them out, and with "
            "hardware that skips them. Fewer bits for every weight pay off at once.",
            right=True,
        ),
        Option(
            "The same file, twice the speed",
            "Multiplying by 0 takes as long as multiplying by any number.",
        ),
    ),
)

RECORDS: tuple[Record, ...] = (
    TOO_SMALL,
    HIGHEST_RATE,
    PERPLEXITY,
    F1,
    MEAN_OF_MEANS,
    ONE_BLOCK,
    ZEROS_ON_DISK,
)
"""In the order of the lab's second half."""
