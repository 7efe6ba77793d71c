"""Questions to answer before the picture is shown, in the order of the story."""

from lablib.exercises.records import Guess, Option, Prediction

ROWS_OR_COLUMNS = Prediction(
    id="attention/rows-or-columns",
    title="What sums to 1?",
    question=(
        "A head's attention is a matrix of weights: one row for each token that looks (query), one "
        "column for each that is looked at (key). What sums to 1?"
    ),
    answer=(
        Option(
            "Each row",
            "Yes. Every token has one whole attention to share out among the tokens it may look "
            "at. Softmax runs along the row.",
            right=True,
        ),
        Option(
            "Each column",
            "A column says how much a token is looked at, by all others together. Some get nearly "
            "everything, some almost nothing: no rule fixes that sum.",
        ),
        Option(
            "The whole matrix",
            "With 10 tokens the whole matrix sums to 10: each row sums to 1, because each token "
            "has one whole attention to share out.",
        ),
    ),
)

WEIGHTS_THAT_ARE_ZERO = Prediction(
    id="attention/weights-that-are-zero",
    title="Who sees whom?",
    question=(
        "A GPT-2 reads 10 tokens; no token may look at those after it. Each head has 10 × 10 = 100 "
        "weights. How many of them are exactly 0, whatever the text?"
    ),
    answer=Guess(
        value=45,
        tolerance=0.5,
        unit="weights",
        right=(
            "The first token has 9 tokens after it, the second 8, and so on: 45. The triangle "
            "above the diagonal is empty."
        ),
        too_low=(
            "More: 45. The first token has 9 tokens after it, the second 8, and so on: "
            "9 + 8 + … + 1."
        ),
        too_high=(
            "Fewer: 45. Count what lies above the diagonal, 9 + 8 + … + 1. A token may look at "
            "itself, so the diagonal stays."
        ),
    ),
)

SPREAD_OF_A_PRODUCT = Prediction(
    id="attention/spread-of-a-product",
    title="How large is a product?",
    question=(
        "A query and a key have 64 numbers each, all independent, with mean 0 and standard "
        "deviation 1. What is the standard deviation of their product q · k?"
    ),
    answer=Guess(
        value=8.0,
        tolerance=0.3,
        unit="",
        right=(
            "Each of the 64 terms has variance 1; variances add up to 64, and its root is 8. So "
            "dividing by √d_k = 8 brings the scores back to where softmax is not saturated."
        ),
        too_low=(
            "Larger: 8. Each of the 64 terms has variance 1, variances add up to 64, and the "
            "standard deviation is its root. Dividing by √d_k takes just that away again."
        ),
        too_high=(
            "Smaller: 8. It is the variances that add up, to 64; the standard deviation is the "
            "root of that. Dividing by √d_k takes just that away again."
        ),
    ),
)

WITHOUT_THE_SCALE = Prediction(
    id="attention/without-the-scale",
    title="Leave out the √d_k",
    question=(
        "The pocket model reads `The little dog ran to the`. In the head that you saw (layer 3, "
        "head 3) a row of attention has an entropy of 0.7 bits on average. Leave out the division "
        "by √64 = 8 and compute the same head again. What is the entropy now?"
    ),
    answer=(
        Option(
            "About 5.6 bits: 8 times as much",
            "The other way round. Scores eight times as large are eight times as far apart, and "
            "softmax gives nearly everything to the largest: 0.2 bits are left. (More than log₂ 6 "
            "= 2.6 bits is not possible among six tokens.)",
        ),
        Option(
            "Still about 0.7 bits: the order of the scores is the same",
            "The order stays, the distances do not: scores eight times as far apart let softmax "
            "give nearly everything to the largest. 0.2 bits are left.",
        ),
        Option(
            "About 0.2 bits: in nearly every row one token gets nearly everything",
            "Yes. Softmax is *saturated*, and where it is there is hardly a gradient to learn "
            "from. Over all heads of the real GPT-2, which reads `Data visualization empowers "
            "users to`, it is the same: 0.75 bits become 0.07.",
            right=True,
        ),
    ),
)

CONCATENATED_OR_ADDED = Prediction(
    id="attention/concatenated-or-added",
    title="Side by side, then W^O",
    question=(
        "The heads' outputs are put side by side in one long row and multiplied by W^O. Which is "
        "the same?"
    ),
    answer=(
        Option(
            "The heads' outputs are added up, and the sum is multiplied by one matrix",
            "Nearly: they are added, but each is first multiplied by its own rows of W^O, which "
            "send it in a direction of its own.",
        ),
        Option(
            "Each head is multiplied by its own rows of W^O, and the results are added up",
            "Yes. That is how a long row times a matrix works. So each head has a share of the "
            "output, and taking one away changes nothing of what the others add.",
            right=True,
        ),
        Option(
            "The heads' outputs are multiplied with each other, number by number",
            "Heads of one layer never meet before the sum: each is multiplied by its own rows of "
            "W^O, and the results are added up.",
        ),
    ),
)

SHUFFLED_WORDS = Prediction(
    id="attention/shuffled-words",
    title="Shuffle the words",
    question=(
        "Take the position vectors away from a BERT and shuffle the words of the sentence. What "
        "becomes of the attention between two words, `cat` and `mat`, say?"
    ),
    answer=(
        Option(
            "It stays the same: only rows and columns change places",
            "Yes. Without positions, attention sees a *bag* of words: nothing in q · k says where "
            "a word stands. Order comes in through the position vectors alone (and in GPT-2 a "
            "little through the mask).",
            right=True,
        ),
        Option(
            "It grows if they stand closer now",
            "Attention has no sense of near and far by itself. Without position vectors q · k is "
            "the same wherever the two words stand.",
        ),
        Option(
            "It changes at random",
            "Nothing random is in it: q and k depend on the words alone, so their product is the "
            "same as before.",
        ),
    ),
)

WAVES_AND_DISTANCE = Prediction(
    id="attention/waves-and-distance",
    title="Positions as waves",
    question=(
        "In the first Transformer a position is written as sines and cosines of many wavelengths. "
        "Take the dot product of positions 10 and 13, and of positions 50 and 53. Which is larger?"
    ),
    answer=(
        Option(
            "10 and 13",
            "They are equal: sin a · sin b + cos a · cos b = cos(a − b), for every wavelength. "
            "Only the distance counts.",
        ),
        Option(
            "50 and 53",
            "Larger positions do not have longer vectors. They are equal: sin a · sin b + cos a · "
            "cos b = cos(a − b), so only the distance counts.",
        ),
        Option(
            "They are equal",
            "Yes: sin a · sin b + cos a · cos b = cos(a − b), for every wavelength. The dot "
            "product knows the distance and nothing else.",
            right=True,
        ),
    ),
)

WHERE_HEADS_LOOK = Prediction(
    id="attention/where-heads-look",
    title="Where does all the attention go?",
    question=(
        "The pocket model, 24 heads, reads `Once upon a time there was a little girl`. If every "
        "token spread its attention evenly over those it may look at, the *first* token would get "
        "23 percent (averaged over all heads and all tokens but the first). What does it get? (in "
        "percent)"
    ),
    answer=Guess(
        value=35,
        tolerance=5,
        unit="percent",
        right=(
            "35 percent, half as much again as an even spread. In the real GPT-2 it is 71 percent "
            "of another sentence (even: 29). Such a token is called a *sink*. The likeliest "
            "reason: softmax must hand out a whole 1, and a head with nothing to say puts it there."
        ),
        too_low=(
            "More: 35 percent, half as much again as an even spread. In the real GPT-2 it is 71 "
            "percent of another sentence (even: 29). Such a token is called a *sink*. The "
            "likeliest reason: softmax must hand out a whole 1, and a head with nothing to say "
            "puts it there."
        ),
        too_high=(
            "Less: 35 percent, half as much again as an even spread. You are nearer to the real "
            "GPT-2: 71 percent of another sentence (even: 29). Such a token is called a *sink*: "
            "heads with nothing to say seem to put their attention there."
        ),
    ),
)

INDUCTION_TARGET = Prediction(
    id="attention/induction-target",
    title="Seen before",
    question=(
        "A text repeats itself: `red cat blue dog red`. An induction head helps to guess what "
        "comes next. Where does it look from the second `red`?"
    ),
    answer=(
        Option(
            "At the first `red`",
            "One further: at `cat`, which *followed* the first `red`. (Heads that look at the same "
            "token exist too, and the head below relies on them.)",
        ),
        Option(
            "At `cat`",
            "Yes: at what followed last time. Copying it is a guess at what comes next. It usually "
            "takes two layers: an earlier head has told `cat` which token comes before it.",
            right=True,
        ),
        Option(
            "At `dog`",
            "That is the token just before: previous-token heads look there. An induction head "
            "looks at `cat`, which followed the first `red`.",
        ),
    ),
)

ROWS_BEFORE = Prediction(
    id="attention/rows-before",
    title="One token more",
    question=(
        "A GPT-2 has written a token, and it joins the text. What happens to the attention of the "
        "tokens before it?"
    ),
    answer=(
        Option(
            "Every row changes: all tokens look at the new one",
            "The mask forbids it: tokens never look at what comes after them. Their rows stay as "
            "they were, to the last digit.",
        ),
        Option(
            "Nothing: a new row is added below",
            "Yes. Because of the mask nothing before can see it. That is also why keys and values "
            "can be kept (the KV cache) while a text is being written.",
            right=True,
        ),
        Option(
            "Only the row of the last token changes",
            "Not even that one: the new token comes after it too. A row is added, all others stay.",
        ),
    ),
)

STRIKING_HEAD = Prediction(
    id="attention/striking-head",
    title="Does it matter?",
    question=(
        "`The good king and the good queen lived in a great`: in the pocket model, head 3 of layer "
        "5 has the clearest pattern of all: from the second `good` it gives 99 percent of its "
        "attention to `king`, which followed the first. Muting the head that matters most moves "
        "the prediction of the next token by 0.32 bits. How far does muting this one move it?"
    ),
    answer=(
        Option(
            "By 0.3 bits: it is the one that matters most",
            "That is what the picture suggests, and it is not so: 0.04 bits, about what muting any "
            "head does. A pattern says where a head looks, not whether what it finds is used.",
        ),
        Option(
            "By 0.04 bits: no more than half of the heads do",
            "Yes. A pattern says where a head looks, not whether what it finds is used: its values "
            "may be short, or other heads may bring the same. *Attention is not explanation* (Jain "
            "and Wallace 2019). The panel names a head with a clear pattern that matters even "
            "less.",
            right=True,
        ),
        Option(
            "By 0.3 bits, and the prediction gets better",
            "Muting some heads does make the prediction better. But this one moves it by 0.04 "
            "bits, about what muting any head does.",
        ),
    ),
)

LENS_AT_THE_BOTTOM = Prediction(
    id="attention/lens-at-the-bottom",
    title="Before the first layer",
    question=(
        "The *logit lens* asks after each layer: if the model had to stop here, which token would "
        "it predict? Before the first layer there is only the token's own vector and that of its "
        "position. What does the lens read there, at the last token, `a`?"
    ),
    answer=(
        Option(
            "A noun: something that can follow `a`",
            "That takes a layer or more. Before the first there is nothing but the token and its "
            "place, and the lens reads `a`.",
        ),
        Option(
            "`a` itself",
            "Yes. GPT-2 reads and writes with the same matrix of vectors, so a token's own vector "
            "mostly leads back to the token. (Not always: the position is in it too, and the lens "
            "goes through the last norm. Look at `queen`.) Layer by layer *what is here* becomes "
            "*what comes next*.",
            right=True,
        ),
        Option(
            "Every token is equally likely",
            "The vector of `a` is not neutral: GPT-2 reads and writes with the same vectors, so "
            "the lens reads `a` itself.",
        ),
    ),
)

TWO_SENTENCES = Prediction(
    id="attention/two-sentences",
    title="Two sentences at once",
    question=(
        "A BERT reads `[CLS] sentence A [SEP] sentence B [SEP]`. In which layers can a word of A "
        "look at a word of B?"
    ),
    answer=(
        Option(
            "In none: the token types keep them apart",
            "Token types only add a vector that says A or B. They hide nothing: every token sees "
            "every other in every layer.",
        ),
        Option(
            "Only in the last: first each sentence is read by itself",
            "No layer is kept for that: every token sees every other from the first layer on. In "
            "MiniLM a third of A's attention goes to B already there.",
        ),
        Option(
            "In all of them",
            "Yes: there is no mask at all. In MiniLM a third of A's attention goes to B in the "
            "first layer; in the middle ones most of it goes to `[CLS]`, its sink.",
            right=True,
        ),
    ),
)
