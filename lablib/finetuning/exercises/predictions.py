"""Questions to answer before the picture is shown, in the order of the story."""

from lablib.exercises.records import Guess, Option, Prediction

TARGETS_OF_A_ROW = Prediction(
    id="finetuning/targets-of-a-row",
    title="One row, how many questions?",
    question=(
        "A model learns from a row of 128 tokens. It is run on the row once. How many tokens is it "
        "asked for in that one run?"
    ),
    answer=Guess(
        value=127,
        tolerance=0.5,
        unit="tokens",
        right=(
            "Every token but the first, all in one run: at each place the model sees only what "
            "stands before. That is why a GPT learns so much from one row."
        ),
        too_low=(
            "127. The model answers at every place at once, and its causal mask hides what comes "
            "after. Only the first token has nothing before it. (A BERT is asked for 15 %.)"
        ),
        too_high="One fewer: nothing stands before the first token, so nobody asks for it.",
    ),
)

WHAT_COMES_FIRST = Prediction(
    id="finetuning/what-comes-first",
    title="What arrives first?",
    question=(
        "A small model that has read children's books learns from a cookbook. Its samples are "
        "shown as it learns. What do you see first?"
    ),
    answer=(
        Option(
            "The layout: lists, dashes, numbered steps",
            "Yes. After some ten steps the lines get short and begin as in a recipe (`Serves`), "
            "after twenty some of them have numbers. How lines begin is much the same on every "
            "page, so each batch pushes the same way.",
            right=True,
        ),
        Option(
            "The right words, such as spoon and butter",
            "They come soon after (`bread`, `butter`). The layout is a little faster: every recipe "
            "has the same one, and each has other words.",
        ),
        Option(
            "Recipes that make sense",
            "That comes last, and with six million weights not at all: what belongs together over "
            "several lines is the hardest to learn.",
        ),
    ),
)

WHEN_TO_STOP = Prediction(
    id="finetuning/when-to-stop",
    title="And if it goes on?",
    question=(
        "The text has some 15,000 tokens. You let the model read it ten times over. The training "
        "loss falls and falls. What does the loss on the held-out part do?"
    ),
    answer=(
        Option(
            "It falls as well, only more slowly",
            "For the first epochs. Then the model begins to memorise the text, and what it "
            "memorises is of no use elsewhere: the held-out loss turns and rises.",
        ),
        Option(
            "It falls, turns, and rises",
            "Yes: overfitting. Where it turns is the place to stop. From there on the model learns "
            "this text, no longer its style.",
            right=True,
        ),
        Option(
            "It stays where it was: the model never saw that part",
            "It never saw it, but it is written in the same style, and the style is learned. So it "
            "falls first.",
        ),
    ),
)

AFTER_A_KILL = Prediction(
    id="finetuning/after-a-kill",
    title="The plug is pulled",
    question=(
        "In the middle of a run its process is killed. You start it again from its checkpoint. "
        "Compared with a run that was never broken off, the weights at the end are …"
    ),
    answer=(
        Option(
            "a little different: the batches come in another order now",
            "In many programs they do. Here the order is worked out from the seed and the number "
            "of the step, so step 57 has the same rows whoever asks.",
        ),
        Option(
            "the same, bit for bit (on a CPU)",
            "Yes. The checkpoint has the weights and AdamW's averages; order, learning rate and "
            "dropout follow from the seed and the step. Nothing is left to chance.",
            right=True,
        ),
        Option(
            "worse: AdamW has to find its averages again",
            "It would be so if only the weights were kept. The averages are in the checkpoint too.",
        ),
    ),
)

FORGETTING = Prediction(
    id="finetuning/forgetting",
    title="And everything else?",
    question=(
        "All weights of the model have learned the cookbook. How surprised is it now by an "
        "ordinary story, of the kind it knew before?"
    ),
    answer=(
        Option(
            "As before: it has only learned something more",
            "There is no room set aside for new things. The same weights had to move, and what "
            "they did for stories suffers.",
        ),
        Option(
            "More than before",
            "Yes: its perplexity there rises, by a fifth in the forty steps of the default run. "
            "This is called catastrophic forgetting. A lower learning rate or fewer steps make it "
            "smaller, and so does LoRA, as a rule.",
            right=True,
        ),
        Option(
            "Less than before: it had more practice",
            "Practice in recipes. The stories were not among what it read, and nothing held the "
            "weights where stories need them.",
        ),
    ),
)

FIRST_LOSS = Prediction(
    id="finetuning/first-loss",
    title="The loss of knowing nothing",
    question=(
        "A model with random weights chooses among 4,096 tokens, and finds all of them about "
        "equally likely. What is its loss, in nats?"
    ),
    answer=Guess(
        value=8.318,
        tolerance=0.2,
        unit="nats",
        right=(
            "The logarithm of 4,096, 8.3. A curve from scratch has to begin near there; if yours "
            "begins elsewhere, something is wrong before the first step."
        ),
        too_low=(
            "It is 8.3: minus the natural logarithm of 1/4,096. Pretraining is what brings it "
            "lower before the first step."
        ),
        too_high="It is 8.3: the natural logarithm of 4,096 (in bits it would be 12).",
    ),
)

LITTLE_DATA = Prediction(
    id="finetuning/little-data",
    title="With five percent of the text",
    question=(
        "Four ways to learn a text: all weights of a pretrained model, LoRA, its last two blocks "
        "only, and all weights from random ones. Each may read only 5 % of it. Which one is far "
        "behind the others on the held-out part?"
    ),
    answer=(
        Option(
            "From random weights",
            "Yes. It has to learn English from a few paragraphs; the other three know it, and need "
            "to learn only how this text differs. That is transfer learning.",
            right=True,
        ),
        Option(
            "LoRA: it trains so few weights",
            "With little data few weights are enough: there is little to learn, and less to learn "
            "by heart. Knowing English before matters far more.",
        ),
        Option(
            "All weights: it learns the little by heart",
            "It does overfit first, but from a good beginning. The one that begins with nothing is "
            "much further behind.",
        ),
        Option(
            "None: with so little data all are equally bad",
            "Three of them can write English before the first step. That is what they transfer.",
        ),
    ),
)

LORA_SHARE = Prediction(
    id="finetuning/lora-share",
    title="A share of the weights",
    question=(
        "pocket-gpt2 has 5.9 million weights. LoRA of rank 8 beside all the matrices of its six "
        "blocks trains how many percent of that?"
    ),
    answer=Guess(
        value=3.36,
        tolerance=1.0,
        unit="percent",
        right=(
            "3.4 %: 196,608 weights. In a larger model the share is smaller still, since a matrix "
            "grows with the square of its width and the factors with the width."
        ),
        too_low=(
            "A little more, 3.4 %. The model is narrow (256), so rank 8 is not so thin here; in "
            "GPT-2 it would be about 1 %."
        ),
        too_high="Less: 3.4 %. Each matrix n × m gets two factors, n × 8 and 8 × m.",
    ),
)

TOO_HIGH_A_RATE = Prediction(
    id="finetuning/too-high-a-rate",
    title="Ten times too fast",
    question=(
        "At a learning rate of 0.001 the pocket model learns a style in twenty steps. What "
        "happens at 0.1?"
    ),
    answer=(
        Option(
            "It learns the style in fewer steps",
            "Each step goes the way of the gradient where it stands. A hundred times further on, "
            "the gradient points elsewhere: the step overshoots.",
        ),
        Option(
            "The loss rises: it forgets even English",
            "Yes. A few steps wipe out what pretraining had built, and it does not come back. Too "
            "low a rate only costs time; too high a one costs the model.",
            right=True,
        ),
        Option(
            "Nothing special: AdamW adapts the rate",
            "AdamW evens out the steps between weights. How long they are, all together, is still "
            "up to you.",
        ),
    ),
)

OPTIMIZER_MEMORY = Prediction(
    id="finetuning/optimizer-memory",
    title="How much more than using it?",
    question=(
        "To use a model in fp32, its weights must fit into memory. To train all of them with "
        "AdamW, how many times as much is needed before the first token is read?"
    ),
    answer=Guess(
        value=4,
        tolerance=0.4,
        unit="times",
        right="Four: the weights, a gradient for each, and AdamW's two averages for each.",
        too_low=(
            "Four. Besides the weights there is a gradient for each of them, and AdamW keeps two "
            "running averages for each."
        ),
        too_high=(
            "Four: weights, gradients, and two averages. Activations and logits come on top; they "
            "depend on the batch, not on the number of weights."
        ),
    ),
)

CHECKPOINTING = Prediction(
    id="finetuning/checkpointing",
    title="Forget and compute again",
    question=(
        "With gradient checkpointing the model forgets its activations on the way forward, and "
        "computes them again on the way back. What does that do to speed and memory?"
    ),
    answer=(
        Option(
            "Faster and smaller",
            "Smaller, yes. But it computes the way forward twice, so it cannot be faster.",
        ),
        Option(
            "Slower and smaller",
            "Yes: memory is paid for with time. Use it when a batch does not fit, and not before.",
            right=True,
        ),
        Option(
            "Faster and larger",
            "The other way round: less is kept, more is computed.",
        ),
    ),
)
