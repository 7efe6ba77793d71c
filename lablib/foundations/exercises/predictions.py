"""Questions to answer before the picture is shown, in the order of the story."""

from lablib.exercises.records import Option, Prediction

NEVER_SEEN = Prediction(
    id="foundations/never-seen",
    title="A context never seen",
    question=(
        "A table holds what followed every two tokens of an almanac, and how often. You ask it "
        "what comes after two tokens that never stood together there. What does it say, if nothing "
        "is smoothed?"
    ),
    answer=(
        Option(
            "The most common word of the almanac",
            "That would be one way to smooth it: ask a shorter context. By itself the table has no "
            "row for these two tokens.",
        ),
        Option(
            "Every token is equally likely",
            "That would be another way to smooth it: add a little to every count. By itself the "
            "table has no row for these two tokens.",
        ),
        Option(
            "Nothing: it has no answer",
            "Yes. Nothing was counted there, and 0 divided by 0 is no probability. All the "
            "smoothings of the next panel are answers to this one question.",
            right=True,
        ),
    ),
)

LONGER_CONTEXTS = Prediction(
    id="foundations/longer-contexts",
    title="From three to six",
    question=(
        "The table counts most of an almanac of 19 kB; the rest is kept back to measure on. With "
        "Kneser–Ney smoothing you raise n from 3 to 6: the table now looks at five tokens before "
        "the next. What does that do to the bits per byte of the part that was kept back?"
    ),
    answer=(
        Option(
            "They fall by a third or more",
            "On the part it counted they fall by 15 %, because there every context of five comes "
            "back. In new text hardly any of them does.",
        ),
        Option(
            "They hardly change",
            "Yes: from 2.03 to 2.02. Contexts of five tokens that come back in a new text are few, "
            "and where there is none the smoothing goes by a shorter one, as before.",
            right=True,
        ),
        Option(
            "They rise by a third or more",
            "Without smoothing they would be infinite. Kneser–Ney goes by a shorter context where "
            "the longer one was never seen, so a longer n does no harm.",
        ),
    ),
)

A_TALE_SAID_OFTEN = Prediction(
    id="foundations/a-tale-said-often",
    title="Three pages against sixty-seven books",
    question=(
        "`lighthouse` is a tale that says the same things over and over. A table counts its first "
        "four fifths. pocket-gpt2 has read 67 books, but never this tale. Which of them needs "
        "fewer bits for the last fifth?"
    ),
    answer=(
        Option(
            "pocket-gpt2: it has read so much more",
            "More, but nothing like this. After “and the cat said” the table needs less than half "
            "a bit for each of “nothing at all”.",
        ),
        Option(
            "The table",
            "Yes: 0.70 against 1.20 bits per byte. Two models can only be ranked on a text, and a "
            "model is good on what is like the text it learned from. On the almanac it is the "
            "other way round.",
            right=True,
        ),
        Option(
            "They need the same",
            "They do not: what counts is how much the text is like what each has read, and the "
            "table has read this very tale.",
        ),
    ),
)
