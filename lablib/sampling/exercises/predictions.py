"""Questions to answer before the picture is shown, in the order of the story."""

from lablib.exercises.records import Guess, Option, Prediction

WHAT_COMES_OUT = Prediction(
    id="sampling/what-comes-out",
    title="What comes out of the model?",
    question=(
        "A language model has read `Once upon a time`. It is run once. What does it give you?"
    ),
    answer=(
        Option(
            "The next word",
            "Nearly, but that step comes later: the model only scores every token. Choosing one is "
            "up to us, and this lab is about that choice.",
        ),
        Option(
            "The ten most likely next words",
            "There is no shortlist inside: every token of the vocabulary gets a score. Screens "
            "show ten because ten fit.",
        ),
        Option(
            "A number for every token of its vocabulary",
            "Yes: one score, called a logit, for each token it knows, however unlikely. "
            "Softmax turns the scores into probabilities. Choosing a token is up to us.",
            right=True,
        ),
        Option(
            "The whole story",
            "The model looks one token ahead. A story comes from running it again and again, each "
            "time with the chosen token added.",
        ),
    ),
)

TEMPERATURE_RATIO = Prediction(
    id="sampling/temperature-ratio",
    title="Half the temperature",
    question=(
        "Two tokens have the logits 2 and 1. At temperature 1 the first is 2.7 times as likely as "
        "the second.\n\nAt temperature 0.5, how many times as likely is it?"
    ),
    answer=Guess(
        value=7.389,
        tolerance=0.15,
        unit="times",
        right=(
            "The ratio is exp((2 − 1) / temperature). At 0.5 that is exp(2) = 7.4: halving the "
            "temperature squares every ratio."
        ),
        too_low=(
            "More. The ratio is exp((2 − 1) / temperature), so at 0.5 it is exp(2) = 7.4. Halving "
            "the temperature does not double the ratio (5.4): it squares it."
        ),
        too_high=(
            "Less. The ratio is exp((2 − 1) / temperature): at 0.5 it is exp(2) = 7.4, which is "
            "2.7 squared."
        ),
    ),
)

TEMPERATURE_ORDER = Prediction(
    id="sampling/temperature-order",
    title="Who leads when it gets hot?",
    question=(
        "You raise the temperature from 1 to 1.5. Which token is the most likely one afterwards?"
    ),
    answer=(
        Option(
            "The same one as before",
            "Yes. Dividing all logits by one positive number never changes their order: the bars "
            "grow more alike, but none overtakes another.",
            right=True,
        ),
        Option(
            "Another one: a hotter model has other favourites",
            "No token overtakes another: all logits are divided by the same number, so their order "
            "stays. What changes is how often the others are drawn.",
        ),
        Option(
            "None: all tokens are equally likely",
            "That is where an endless temperature would lead. At 1.5 the bars are flatter, and "
            "still in the same order.",
        ),
    ),
)

RARE_TAIL = Prediction(
    id="sampling/rare-tail",
    title="The long tail",
    question=(
        "At every step, the unlikely tokens have 5 % of the probability between them; each alone "
        "is almost nothing. You draw 100 tokens.\n\nHow likely is it that at least one of them "
        "comes from that tail? (in percent)"
    ),
    answer=Guess(
        value=99.4,
        tolerance=1.0,
        unit="percent",
        right=(
            "All 100 draws miss the tail with probability 0.95 to the power of 100, which is 0.6 "
            "%. So 99.4 % of such texts have an odd token in them. That is why the tail is cut."
        ),
        too_low=(
            "It is 99.4 %: all 100 draws miss the tail only with probability 0.95 to the power of "
            "100, which is 0.6 %. One odd token is enough to derail a text: so the tail is cut."
        ),
        too_high=(
            "Very nearly, but all 100 draws can miss: 0.95 to the power of 100 is 0.6 %. So it is "
            "99.4 %, and that is why the tail is cut."
        ),
    ),
)

TOP_P_WIDTH = Prediction(
    id="sampling/top-p-width",
    title="The same top-p, two prompts",
    question=(
        "Top-p = 0.9 keeps the fewest most likely tokens that have 90 % of the probability "
        "together. Where does it keep more of them: after `Once upon a` or after `She opened the`?"
    ),
    answer=(
        Option(
            "After `Once upon a`",
            "There the model is sure of ` time`, which holds 90 % alone. An open choice needs more "
            "tokens: 68 after `She opened the`.",
        ),
        Option(
            "After `She opened the`",
            "Yes: 68 against one. Many things can be opened, so the probability is spread and it "
            "takes many tokens to gather 90 %. Top-p adapts to that; top-k does not.",
            right=True,
        ),
        Option(
            "The same number after both",
            "That would be top-k, which always keeps k tokens. Top-p keeps a share of the "
            "probability: few tokens where the model is sure, many where it is not.",
        ),
    ),
)

TOP_K_ONE = Prediction(
    id="sampling/top-k-one",
    title="Top-k = 1 at a high temperature",
    question=(
        "You set top-k = 1 and temperature = 2, and draw with a new seed each time. What do you "
        "get?"
    ),
    answer=(
        Option(
            "A wild text, different each time",
            "The temperature flattens the bars, but top-k = 1 then removes all but the tallest. "
            "With one token left there is nothing to draw.",
        ),
        Option(
            "The same text every time: greedy",
            "Yes. The temperature does not change which token leads, and only that one is left. "
            "Its probability becomes 1, so seed and temperature no longer matter.",
            right=True,
        ),
        Option(
            "A different text each time, but a sensible one",
            "There would be something to draw from k = 2 on. With k = 1 only the most likely token "
            "is left, and it gets probability 1.",
        ),
    ),
)

SAME_DRAWS = Prediction(
    id="sampling/same-draws",
    title="Same random numbers, two temperatures",
    question=(
        "Two texts are written from one prompt with the same random numbers, one at temperature "
        "0.7 and one at 0.9. How do they compare?"
    ),
    answer=(
        Option(
            "They are the same: the same numbers give the same words",
            "At some step the random number falls on different tokens, because their stretches of "
            "the line have other lengths. From there on the two texts read different words.",
        ),
        Option(
            "They differ in a word here and there, and are the same in between",
            "Once a token differs, the two have different texts before them, so the model's "
            "answers differ too. They do not come together again but by accident.",
        ),
        Option(
            "They have the same beginning, if any, and nothing in common after it",
            "Yes. Where the stretches of the line are nearly alike, the same number falls on the "
            "same token. Here that is so for one token, with other seeds for none or for four. "
            "After that the two have different texts before them.",
            right=True,
        ),
    ),
)

GREEDY_THREE = Prediction(
    id="sampling/greedy-three",
    title="Three greedy stories?",
    question=(
        "Greedy search with `model.generate(**inputs, max_length=100, num_return_sequences=1)` "
        "gives one story. What do you get with `num_return_sequences=3`?"
    ),
    answer=(
        Option(
            "Three different stories",
            "Greedy search has no chance in it: there is only one greedy text, so there is nothing "
            "for a second story to be. `transformers` refuses.",
        ),
        Option(
            "The same story three times",
            "That would be honest, and it would be useless: greedy search gives one text. "
            "`transformers` raises an error instead.",
        ),
        Option(
            "An error",
            "Yes. There is only one greedy text, so `transformers` refuses. Ask for several with "
            "`do_sample=True` or with as many beams.",
            right=True,
        ),
    ),
)

PENALISED_TOKENS = Prediction(
    id="sampling/penalised-tokens",
    title="Whom does the penalty hit?",
    question=(
        "The repetition penalty is set to 1.3 in `transformers`' `generate`. Which tokens does it "
        "make less likely?"
    ),
    answer=(
        Option(
            "Tokens written more than once so far",
            "Once is enough, and a token written five times is treated no worse than one written "
            "once.",
        ),
        Option(
            "Every token in the text so far, the prompt included",
            "Yes, and this surprises people: ask a question about Anna, and `Anna` becomes less "
            "likely in the answer, like ` the`, and like the full stop.",
            right=True,
        ),
        Option(
            "Every token written so far, but not those of the prompt",
            "With models such as GPT-2 the prompt counts too: for the penalty there is only one "
            "text, what was read and what was written.",
        ),
    ),
)

BEAMS_OR_GREEDY = Prediction(
    id="sampling/beams-or-greedy",
    title="Why not the most probable text?",
    question=(
        "After `Once upon a time` greedy search writes eight tokens, the most likely one at each "
        "step. Beam search looks for eight tokens that are more probable together. What does it "
        "find?"
    ),
    answer=(
        Option(
            "The same text: the most likely parts make the most likely whole",
            "A likely token can lead to a place where nothing is likely. A slightly less likely "
            "one can lead to a better whole: beam search finds a text 4.4 times as probable.",
        ),
        Option(
            "A text about four times as probable",
            "Yes, 4.4 times: the second token is not the likeliest one, but what follows is worth "
            "it. Beam search keeps several beginnings alive. It need not find the best text "
            "either, and where the model is sure, greedy search may have found it.",
            right=True,
        ),
        Option(
            "A text about a thousand times as probable",
            "Not over eight tokens: 4.4 times. Over twenty, and with eight beams, it is 1,667 "
            "times.",
        ),
    ),
)

CACHE_TIME = Prediction(
    id="sampling/cache-time",
    title="Without the cache",
    question=(
        "The KV cache is switched off, so that the whole text goes through the model for every new "
        "token. How does the time per token change as the text grows?"
    ),
    answer=(
        Option(
            "It stays the same: each step adds one token",
            "One token is added, but all the ones before it are computed again: the longer the "
            "text, the more of them.",
        ),
        Option(
            "It grows with the length of the text",
            "Yes: step n computes n positions, so the time of a token grows with n, and that of "
            "the whole text with its square. The cache keeps the keys and values of the past "
            "instead.",
            right=True,
        ),
        Option(
            "It doubles with every token",
            "It would take years by token 40. Each step computes one position more than the last, "
            "not twice as many.",
        ),
    ),
)
