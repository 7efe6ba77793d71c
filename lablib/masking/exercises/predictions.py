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
            "First",
            "That would be a model that quotes. This one has learned what things are like in its "
            "books: there cats sit on beds, floors and tables.",
        ),
        Option(
            "Among the first ten",
            "Less: things to sit on come first (bed, floor, table), and places where cats sit in "
            "books (door, room). A mat is rare there.",
        ),
        Option(
            "Far down, at about one in ten thousand",
            "Yes. What you take for obvious is a rhyme of yours. The model expects what was "
            "frequent in such sentences where it learned: bed, floor, door, room.",
            right=True,
        ),
    ),
)

CLASH = Prediction(
    id="masking/clash",
    title="The best for each gap",
    question=(
        "`The [MASK] [MASK] was very old.` The model is read once, and you put the most probable "
        "word into each gap. Do you get the most probable pair?"
    ),
    answer=(
        Option(
            "Yes, the best and the best make the best",
            "Each gap was guessed without knowing what stands in the other. The best words may "
            "belong to different sentences: here `old` and `who`.",
        ),
        Option(
            "Not always: each gap is guessed without knowing the other",
            "Yes. Here the first gap would like `old`, the second `who`: The old who was very old. "
            "One must fill a gap, read again, and look at both together.",
            right=True,
        ),
        Option(
            "No: two masks next to each other confuse the model",
            "It was trained on texts with many masks, and its guesses are fair, each for itself. "
            "What fails is putting them together.",
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
            "The head never saw such a pair in training. It learned that pairs about the same "
            "things belong together, and nothing is more alike than the same sentence.",
        ),
        Option(
            "Very probably",
            "Yes, more than a good second sentence. The head has found a short cut: same people, "
            "same things, same place. So later models left this task out, or asked for the order "
            "of two sentences instead.",
            right=True,
        ),
        Option(
            "Half and half: it cannot know",
            "It is very sure. It has learned to look for the same words and the same topic, and "
            "here there is nothing else.",
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
            "That comes second, and suddenly: it needs attention that has found something to look "
            "at. Before, it can only learn what holds everywhere.",
        ),
        Option(
            "How common each token is",
            "Yes: it guesses the comma and `the` everywhere, and stays there for a while: that is "
            "the flat stretch of the curve. Then its attention finds the neighbours.",
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
        "encoder, which had read much of the web, and gets a new head. The other begins with "
        "random weights.\n\nAfter six minutes the first guesses 34 of 100 hidden tokens. The "
        "second?"
    ),
    answer=(
        Option(
            "More: nothing has to be unlearned",
            "What the encoder knows is no burden. It was trained on other texts and for another "
            "task, and yet most of it is of use here.",
        ),
        Option(
            "Fewer, but about 29 already",
            "Yes. It has only 4,096 words and pieces to choose from, the other 30,522, so its task "
            "is even the easier one. And words that are not in these books it will never know.",
            right=True,
        ),
        Option(
            "Next to none: it needs days",
            "Common words and simple patterns are learned in minutes, and six of them give 29 of "
            "100. What takes long are the rare words, and what they mean.",
        ),
    ),
)

WHAT_A_PROBE_SHOWS = Prediction(
    id="masking/what-a-probe-shows",
    title="What a probe shows",
    question=(
        "In all five templates the model finds `soldier` more probable after `he` than after "
        "`she`, about twice as much. What is shown by that?"
    ),
    answer=(
        Option(
            "That men are more often soldiers",
            "The model has met no people, only texts. The texts may tell about the world, about "
            "their time, or about what writers thought worth telling: the probe cannot say which.",
        ),
        Option(
            "That the model is biased, wherever it is used",
            "Perhaps, but five sentences and two words do not show that. Another task, another "
            "wording or another pair of subjects (man and woman) has to be measured by itself.",
        ),
        Option(
            "What this model expects in these sentences",
            "Yes, no more and no less. It is steady over the templates, so it is no accident of "
            "one wording; and the books it learned to fill gaps from are a century old.",
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
            "Yes: it has seen `She put the`, and nothing else. A BERT sees the oven and the bread. "
            "That is why one writes with the first and reads with the second.",
            right=True,
        ),
        Option(
            "Nothing: a GPT has no word for a gap",
            "It knows no `[MASK]`, but it can be asked for the next word, as always. What it lacks "
            "is the right side.",
        ),
    ),
)
