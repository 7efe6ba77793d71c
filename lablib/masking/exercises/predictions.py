"""Questions to answer before the picture is shown, in the order of the story."""

from lablib.exercises.records import Guess, Option, Prediction

AT_THE_MASK = Prediction(
    id="masking/at-the-mask",
    title="What does the model say at a mask?",
    question=(
        "A model reads `The cat sat on the [MASK].`, once. What does it give for the masked place?"
    ),
    answer=(
        Option(
            "The missing word",
            "Nearly, but it names no word: it scores all it knows, and the list of the best is "
            "what we make of that.",
        ),
        Option(
            "A few words that fit, in order",
            "There is no shortlist inside. Screens show ten because ten fit; the model has a "
            "number for all of them.",
        ),
        Option(
            "A probability for every entry of its vocabulary",
            "Yes: one number for each of 30,522 words, pieces and signs, and all of them sum to 1. "
            "It gives as many for every other place, too; there it can simply copy.",
            right=True,
        ),
        Option(
            "A yes or no for each word it knows",
            "The words compete: softmax makes their probabilities sum to 1, so more for one is "
            "less for the others.",
        ),
    ),
)

THE_RHYME = Prediction(
    id="masking/the-rhyme",
    title="On the mat?",
    question=(
        "Everybody knows where the cat sat: on the mat. This model knows English from the web "
        "and learned to fill gaps from 67 old books. Where is `mat` in its list?"
    ),
    answer=(
        Option(
            "First, at about one in three",
            "That would be a model that quotes. For this one five other words come first: bed, "
            "floor, door, room and table.",
        ),
        Option(
            "Among the first ten, at about one in fifty",
            "Less: it is word 660 of the list, with a probability of one in eight thousand. First "
            "come bed, floor, door, room and table.",
        ),
        Option(
            "Far down, at about one in ten thousand",
            "Yes, it is word 660. It seems obvious to you because you know the rhyme. The model "
            "expects a bed, a floor, a door or a room.",
            right=True,
        ),
    ),
)

CLASH = Prediction(
    id="masking/clash",
    title="The best for each gap",
    question=(
        "`The [MASK] [MASK] was very old.` The model reads it once, and the most probable word is "
        "put into each gap. What does the sentence say then?"
    ),
    answer=(
        Option(
            "The old man was very old.",
            "That comes out if the first gap is filled and the text is read again. Read once, each "
            "gap is guessed without knowing the other, and the best words belong to different "
            "sentences: `The old who was very old.`",
        ),
        Option(
            "The old who was very old.",
            "Yes: the first gap expects `old`, as in `old man`, the second `who`, as in `king "
            "who`. Each was guessed without knowing the other. To get a pair that goes together, "
            "fill one gap and read again, or score both words together.",
            right=True,
        ),
        Option(
            "The king who was very old.",
            "This is the most probable pair of all, but it takes a search over pairs to find it. "
            "Read once, each gap is guessed without knowing the other: `The old who was very old.`",
        ),
    ),
)

WHICH_WORD = Prediction(
    id="masking/which-word",
    title="What gives the bed away?",
    question=(
        "For `The cat sat on the [MASK].` the model's best guess is `bed`. You hide one other word "
        "as well. Which one costs `bed` the most?"
    ),
    answer=(
        Option(
            "cat",
            "Hiding it costs a little: many beings sit on beds. Without `sat` the sentence could "
            "be about anything that happens on something.",
        ),
        Option(
            "sat",
            "Yes. It says what one does there; `on` comes next, and after it the full stop, which "
            "says that the sentence ends here. The cat matters less.",
            right=True,
        ),
        Option(
            "The word before it, the",
            "It stands nearest and says that a noun comes, but `on` and the full stop say that as "
            "well, so it is hardly missed.",
        ),
    ),
)

OTHER_WORDS = Prediction(
    id="masking/other-words",
    title="One word changed",
    question=(
        "`The keys to the cabinet is on the table.` and the same with `are`. Each word of both is "
        "hidden in turn. Which words are more or less probable in one than in the other?"
    ),
    answer=(
        Option(
            "Only is and are",
            "Each of the others is guessed with `is` or `are` in sight, so for them too something "
            "has changed: look at `cabinet` and `on`.",
        ),
        Option(
            "All words, a little",
            "Yes: every word is guessed from all the others, and one of them is another. So the "
            "score of a variant can change at a place where nothing was touched.",
            right=True,
        ),
        Option(
            "Only is, are and the words after them",
            "That is how it would be for a GPT, which reads from left to right. A BERT reads both "
            "sides: `cabinet` stands before the change, and feels it.",
        ),
    ),
)

MASKS_OF_A_THOUSAND = Prediction(
    id="masking/masks-of-a-thousand",
    title="How many masks?",
    question=(
        "BERT's authors chose 15 % of all tokens and showed 80 % of those as `[MASK]`. How many "
        "masks are there in 1,000 tokens, on average?"
    ),
    answer=Guess(
        value=120.0,
        tolerance=5.0,
        unit="masks",
        right=(
            "Yes, 150 are chosen and 120 of them masked. Another 15 are shown as some other token, "
            "and 15 as they are: those are asked for too."
        ),
        too_low="More: 15 % of 1,000 are 150 chosen tokens, and 80 % of those are 120.",
        too_high=(
            "Fewer: 150 tokens are chosen, but only 80 % of those become masks. That is 120; the "
            "other 30 can be seen, right or wrong."
        ),
    ),
)

UNCHANGED = Prediction(
    id="masking/unchanged",
    title="Asked for what it can see",
    question=(
        "One chosen token in ten is shown as it is, and the model is asked for it all the same. "
        "What is that good for?"
    ),
    answer=(
        Option(
            "It makes the task easier at the beginning",
            "It does, but that is not why. Later there are no masks in the texts a model is used "
            "for: it must have learned to make something of tokens it can see.",
        ),
        Option(
            "The model learns to mind tokens that are not masked, too",
            "Yes. If only masks were asked for, it could ignore the tokens that it sees. Some of "
            "those are right and some are wrong, so it has to check them all.",
            right=True,
        ),
        Option(
            "Nothing: there is no loss where the token is seen",
            "There is: loss is where a token was chosen, whatever is shown there. Look at the "
            "places marked “unchanged”.",
        ),
    ),
)

SAID_TWICE = Prediction(
    id="masking/said-twice",
    title="The same sentence again",
    question=(
        "The next-sentence head learned from pairs: half of them follow each other in a book, the "
        "other half come from different places. Now the second sentence is the first one again."
        "\n\n"
        "Does it follow, says the head?"
    ),
    answer=(
        Option(
            "Hardly: nobody says a thing twice",
            "It is very sure that it does. It never saw such a pair in training; there, pairs "
            "about the same things mostly belonged together, and nothing is more alike than the "
            "same sentence.",
        ),
        Option(
            "Very probably",
            "Yes, a little more than a good second sentence. It seems to have found a short cut: "
            "same people, same things, same place. Later models left this task out, or asked for "
            "the order of two sentences instead.",
            right=True,
        ),
        Option(
            "Half and half: it cannot know",
            "It is very sure that it does. It seems to look for the same words and the same topic, "
            "and here there is nothing else.",
        ),
    ),
)

FIRST_LESSON = Prediction(
    id="masking/first-lesson",
    title="The first thing it learns",
    question="A BERT begins with random weights. What does it learn first?",
    answer=(
        Option(
            "Which words go with which neighbours",
            "That comes second: it needs attention that has found something to look at. Before, it "
            "can only learn what holds everywhere.",
        ),
        Option(
            "How common each token is",
            "Yes: it guesses `the`, the full stop and the comma everywhere, and stays there for a "
            "while: that is the flat stretch of the curve. Then it begins to use the neighbours.",
            right=True,
        ),
        Option(
            "Grammar: where a noun must stand",
            "Grammar is about neighbours, and those it does not use yet. At first it guesses the "
            "same few common tokens everywhere.",
        ),
    ),
)

HEAD_START = Prediction(
    id="masking/head-start",
    title="A head start",
    question=(
        "The same books, the same minutes of one processor. One model begins with MiniLM's "
        "encoder (22.9 million weights), which had read much of the web; only LoRA's small "
        "additions and a new head learn. The other is smaller (4.4 million weights, all of which "
        "learn) and had read nothing.\n\nAfter six minutes the first guesses 34 of 100 hidden "
        "tokens, out of 30,522 entries. How many does the second guess, out of 4,096?"
    ),
    answer=(
        Option(
            "About 40: with so few entries it is easier",
            "The task is easier, and yet it guesses 29. Which of the many differences between the "
            "two decides, these curves cannot say.",
        ),
        Option(
            "About 29",
            "Yes. But do not read from this what pretraining is worth: the two also differ in "
            "size, in what learns, in their vocabularies, and so in the very tokens that are "
            "hidden. A fair comparison is in the transfer lab, section 4.",
            right=True,
        ),
        Option(
            "About 5: without pretraining it takes days",
            "It guesses 29: 6 at the very start, and 26 after three minutes already.",
        ),
    ),
)

WHAT_A_PROBE_SHOWS = Prediction(
    id="masking/what-a-probe-shows",
    title="What a probe shows",
    question=(
        "The model is asked for eight words after `he` and after `she`, in five sentences such as "
        "`he worked as a [MASK].` For which word is the difference largest, as a factor?"
    ),
    answer=(
        Option(
            "nurse",
            "1.4 times as probable after `she`, in all five; but `soldier` is 2.2 times as "
            "probable after `he`. What you know of the world, or of its prejudices, does not tell "
            "you what this model expects in these sentences. That has to be measured.",
        ),
        Option(
            "servant",
            "1.2 times as probable after `he`: hardly a difference. `soldier` is 2.2 times as "
            "probable after `he`. And that holds for these sentences; another wording, another "
            "pair of subjects or another task has to be measured by itself.",
        ),
        Option(
            "soldier",
            "Yes: 2.2 times as probable after `he`, and about that in all five, so it is no "
            "accident of one wording. It shows what this model expects in these sentences: not how "
            "many soldiers are men, not why, and not what a program built on the model would do.",
            right=True,
        ),
    ),
)

LEFT_ONLY = Prediction(
    id="masking/left-only",
    title="Before the oven",
    question=(
        "`She put the [MASK] into the oven and waited for the bread.` A GPT has read as far as the "
        "gap and is to say the next word. What is it likely to say?"
    ),
    answer=(
        Option(
            "Something for an oven: bread, a dish",
            "The oven stands behind the gap, and a GPT reads from left to right: it has seen "
            "`She put the`, and nothing else.",
        ),
        Option(
            "Anything one can put: a hand, a key, a book",
            "Yes: it has seen `She put the`, and nothing else. A BERT sees the oven and the bread, "
            "but it cannot simply go on writing from left to right.",
            right=True,
        ),
        Option(
            "Nothing: a GPT has no word for a gap",
            "It knows no `[MASK]`, but it can be asked for the next word, as always. What it lacks "
            "is the right side.",
        ),
    ),
)
