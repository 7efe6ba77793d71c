"""Questions to answer before the picture is shown, in the order of the story."""

from lablib.exercises.records import Option, Prediction

HALF_WAY = Prediction(
    id="transfer/half-way",
    title="BERT's own recipe",
    question=(
        "BERT was fine-tuned with 32 texts a batch, a learning rate of 0.00002 and 3 epochs. Here "
        "are 256 texts to learn from, positive or negative. What will come of that recipe?"
    ),
    answer=(
        Option(
            "About 90 %: the recipe is tried and tested",
            "On sets of thousands of texts. Three epochs of 256 texts are 24 steps, and each is "
            "small: it stops before it has learned much.",
        ),
        Option(
            "Little better than guessing: it stops before it has begun",
            "Yes, 56 % of the test. Epochs are no unit of learning: 256 texts give 24 steps where "
            "25,000 would give over 2,000. The other recipe makes more and larger steps.",
            right=True,
        ),
        Option(
            "100 % in training and 50 % in the test: it memorises the texts",
            "For that it would have to learn more than it does: its training loss hardly falls "
            "below that of guessing.",
        ),
    ),
)

TWENTY_TEXTS = Prediction(
    id="transfer/twenty-texts",
    title="Twenty texts",
    question=(
        "Five topics, four texts of each: that is all there is to learn from. One model begins "
        "with random weights. The other is an encoder that has read much of the web, stays as it "
        "is, and gets a new head. Guessing is right in 20 % of the test. And these two?"
    ),
    answer=(
        Option(
            "Both guess: twenty texts are too few",
            "Too few to learn English from. But the encoder already puts texts on one subject near "
            "each other, and the head has only to name the places: about 70 %.",
        ),
        Option(
            "About 20 % and about 70 %",
            "Yes. From random weights next to nothing is learned from twenty texts, in the 16 "
            "steps that it gets here. The encoder already puts texts on one subject near each "
            "other; the head has only to name the places.",
            right=True,
        ),
        Option(
            "About 70 % both: the topics have words of their own",
            "They have, but the random model knows none of them, and most words of the test do not "
            "occur in the twenty texts.",
        ),
    ),
)

HARDER_TASK = Prediction(
    id="transfer/harder-task",
    title="Which is harder?",
    question=(
        "The same encoder, all 320 training texts, a new head on frozen weights: topic (five "
        "classes) or sentiment (two). On which is the test accuracy higher?"
    ),
    answer=(
        Option(
            "Sentiment: with two classes guessing alone gives 50 %",
            "And it gets about 70 %, the other about 90 %. A likely reason: this encoder was "
            "taught which sentences are *about* the same. A good and a bad kettle are both about "
            "kettles.",
        ),
        Option(
            "Topic, although it has more classes",
            "Yes: about 90 % against 70 %. A likely reason: this encoder was taught which "
            "sentences are about the same, and that is the topic. What is said of a kettle weighs "
            "less for it.",
            right=True,
        ),
        Option(
            "The same: it is the same encoder",
            "It is, but its vectors tell subjects apart better than judgements: about 90 % against "
            "70 %. It was taught which sentences are about the same.",
        ),
    ),
)
