"""Questions to answer before the picture is shown, in the order of the story."""

from lablib.exercises.records import Guess, Option, Prediction

PIECES = Prediction(
    id="tokenization/pieces",
    title="What are the pieces?",
    question=(
        "GPT-2 reads `Tokenization is unbelievably useful`. Into what pieces does it cut the text?"
    ),
    answer=(
        Option(
            "35 letters and spaces",
            "It could, and then any text would do with few different pieces. But a model's work "
            "grows with their number, so strings that are frequent became one piece.",
        ),
        Option(
            "`Tokenization`, ` is`, ` unbelievably`, ` useful`",
            "Nearly: three of the words are one piece. But there are more words than any "
            "vocabulary can hold, so `Tokenization` is cut in two: `Token`, `ization`.",
        ),
        Option(
            "`To`, `ken`, `i`, `za`, `tion`, ` is`, ` un`, `be`, `lie`, `va`, `bly`, ` use`, `ful`",
            "The pieces can look like syllables, but nobody told the tokenizer about those: it "
            "only counted what stands together often. ` unbelievably` stays whole.",
        ),
        Option(
            "`Token`, `ization`, ` is`, ` unbelievably`, ` useful`",
            "Yes. What was frequent in the training text is one piece: some whole words, some "
            "parts of words. And the space belongs to the word behind it.",
            right=True,
        ),
    ),
)

FAMILY = Prediction(
    id="tokenization/family",
    title="One sign",
    question=("👨‍👩‍👧‍👦 is one sign on the screen. How many tokens does GPT-2 need for it?"),
    answer=Guess(
        value=14,
        tolerance=2,
        unit="tokens",
        right=(
            "14. The sign is four people and three joiners, 25 bytes in UTF-8, and few of these "
            "bytes were ever merged."
        ),
        too_low=(
            "More: 14. The sign is four people and three joiners between them, 25 bytes in UTF-8, "
            "and few of these bytes were ever merged."
        ),
        too_high=(
            "Fewer: 14. There are 25 bytes in it, four people and three joiners; some of them "
            "were merged in pairs and threes."
        ),
    ),
)

ROUND_TRIP = Prediction(
    id="tokenization/round-trip",
    title="There and back",
    question=(
        "A text goes to ids and back: `Café Noël 🦩`. Do GPT-2's tokenizer and BERT's (uncased) "
        "give it back exactly as it was?"
    ),
    answer=(
        Option(
            "GPT-2's does, BERT's does not",
            "Yes. GPT-2's tokens are made of bytes, so no text is foreign to it. BERT's (uncased) "
            "lowers the letters, takes away the accents, and has no flamingo: `cafe noel [UNK]`.",
            right=True,
        ),
        Option(
            "BERT's does, GPT-2's does not",
            "The other way round: BERT's (uncased) gives `cafe noel [UNK]`. GPT-2's tokens are "
            "made of bytes, so no text is foreign to it.",
        ),
        Option(
            "Both do: a tokenizer must not lose anything",
            "A tokenizer for reading may: BERT's (uncased) gives `cafe noel [UNK]`. GPT-2 has to "
            "write, and its tokens are made of bytes, which give back every text.",
        ),
        Option(
            "Neither does: there is no flamingo in their vocabularies",
            "GPT-2 has none either, but it has the four bytes of one. So the text comes back. "
            "BERT's gives `cafe noel [UNK]`.",
        ),
    ),
)

FIRST_MERGE = Prediction(
    id="tokenization/first-merge",
    title="Which pair first?",
    question=(
        "BPE begins with single bytes and merges pairs of neighbours, until no pair that it has "
        "learnt is left. In a word there are several such pairs. Which one is merged first?"
    ),
    answer=(
        Option(
            "The one furthest to the left",
            "Where a pair stands does not matter: the one that was learnt earliest is first, which "
            "was the most frequent in the training text.",
        ),
        Option(
            "The one that makes the longest token",
            "Length does not count (in WordPiece it does). The pair that was learnt earliest is "
            "first.",
        ),
        Option(
            "The one that was learnt earliest",
            "Yes. Each pair has a rank, its place in the order of learning, and the lowest rank in "
            "the word is first. So the word is built as it was in training.",
            right=True,
        ),
        Option(
            "The one that is most frequent in this text",
            "Counting was done in training, once and for all. Now the order of learning decides.",
        ),
    ),
)

UNKNOWN_LETTER = Prediction(
    id="tokenization/unknown-letter",
    title="One sign too many",
    question=(
        "BERT's vocabulary has `play` and `##ful`, but no 🦩. What does it make of `play🦩ful`?"
    ),
    answer=(
        Option(
            "`play`, `[UNK]`, `##ful`",
            "That would be kind. But WordPiece cuts a word into known pieces or not at all: the "
            "whole word becomes `[UNK]`.",
        ),
        Option(
            "`[UNK]`, and nothing else of the word",
            "Yes. WordPiece cuts a word into known pieces or not at all: one unknown sign costs "
            "the whole word. GPT-2, which begins with bytes, keeps both halves.",
            right=True,
        ),
        Option(
            "`play`, four bytes, `##ful`",
            "That is GPT-2's way. BERT's vocabulary has no bytes to fall back on, so the whole "
            "word becomes `[UNK]`.",
        ),
        Option(
            "An error",
            "A tokenizer has to swallow everything. It says `[UNK]`, for the whole word.",
        ),
    ),
)

LARGER_VOCABULARY = Prediction(
    id="tokenization/larger-vocabulary",
    title="Twice the vocabulary",
    question=(
        "You train BPE on an almanac with 500 entries, and then with 1,000. How does the number of "
        "tokens change that it takes for a text of the same kind, on which it was not trained?"
    ),
    answer=(
        Option(
            "It is halved",
            "Far less: it falls by about a quarter, and with the next doubling by about an eighth. "
            "The most frequent pairs were merged first, and they save most.",
        ),
        Option(
            "It falls by about a quarter",
            "Yes, and with the next doubling by about an eighth: the most frequent pairs were "
            "merged first. A larger vocabulary also costs: the model has a row of weights for "
            "each entry.",
            right=True,
        ),
        Option(
            "It stays about the same",
            "It falls by about a quarter: the new entries are pairs of letters that this text is "
            "full of, too. It would stay the same in a language that shares no words.",
        ),
        Option(
            "It grows",
            "A new entry puts one token in place of two, so it hardly can. It falls by about a "
            "quarter.",
        ),
    ),
)

LANGUAGE_COST = Prediction(
    id="tokenization/language-cost",
    title="The same sentence in Hindi",
    question=(
        "GPT-2 reads one sentence in English and in Hindi. How many tokens does the Hindi need, "
        "against the English?"
    ),
    answer=(
        Option(
            "About as many: it says the same",
            "The meaning is the same, but GPT-2's merges were learnt on English pages. Hindi is "
            "read nearly byte by byte, three bytes a letter.",
        ),
        Option(
            "About twice as many",
            "That is German or French. A Hindi letter is three bytes of UTF-8, and GPT-2's merges "
            "were learnt on English pages.",
        ),
        Option(
            "Five times as many, or more",
            "Yes. A Hindi letter is three bytes of UTF-8, and GPT-2's merges were learnt on "
            "English pages. The same sentence costs several times the price and the context.",
            right=True,
        ),
        Option(
            "Fewer: its script is denser",
            "To the eye, perhaps. GPT-2 reads bytes, of which a Hindi letter has three, and its "
            "merges were learnt on English pages.",
        ),
    ),
)

SPACE_SHARE = Prediction(
    id="tokenization/space-share",
    title="A vocabulary of spaces",
    question=(
        "GPT-2's vocabulary has 50,257 entries. How many of them begin with a space? (in percent)"
    ),
    answer=Guess(
        value=65.9,
        tolerance=6,
        unit="percent",
        right=(
            "33,135 of them, 66 %. In running text nearly every word stands behind a space, so the "
            "merges that begin with one were the frequent ones."
        ),
        too_low=(
            "More: 66 %, 33,135 of them. In running text nearly every word stands behind a space, "
            "so the merges that begin with one were the frequent ones."
        ),
        too_high=(
            "Fewer: 66 %, 33,135 of them. The others continue words, begin lines, or are single "
            "bytes, digits and signs."
        ),
    ),
)

NUMBER_CUT = Prediction(
    id="tokenization/number-cut",
    title="Where is a number cut?",
    question="`1999` is one token of GPT-2. Into what does it cut `1234567`?",
    answer=(
        Option(
            "`1234567`: it stays whole",
            "1999 was frequent in the training text, this number was not. It is cut where "
            "frequency had it: `123`, `45`, `67`.",
        ),
        Option(
            "`1`, `234`, `567`",
            "So people group digits, but nobody told the tokenizer. It merges what was frequent: "
            "`123`, `45`, `67`.",
        ),
        Option(
            "`123`, `45`, `67`",
            "Yes, by frequency alone. The next number can be cut elsewhere, so a digit's place in "
            "its token says little about its value: one reason why arithmetic is hard to learn.",
            right=True,
        ),
        Option(
            "Seven digits",
            "Many newer tokenizers do that, on purpose. GPT-2 merges digits like letters: `123`, "
            "`45`, `67`.",
        ),
    ),
)

TRAILING_SPACE = Prediction(
    id="tokenization/trailing-space",
    title="A space at the end",
    question=(
        "You end your prompt with a space: `Once upon a time `. What does GPT-2 read at its end?"
    ),
    answer=(
        Option(
            "` time`, as without the space",
            "Nothing is thrown away: the space is there, as a token of its own.",
        ),
        Option(
            "A token `time ` with the space behind it",
            "Spaces are merged with what stands behind them, never with the word before. Here "
            "nothing stands behind it, so it is a token of its own.",
        ),
        Option(
            "` time`, then a token that is a single space",
            "Yes. In training it saw ` there` after ` time`, hardly ever a lone space and then "
            "`there`. So the model is off the beaten track, and mostly writes worse.",
            right=True,
        ),
    ),
)

TYPED_CONTROL_TOKEN = Prediction(
    id="tokenization/typed-control-token",
    title="Typed by a stranger",
    question=(
        "Somebody types `<|endoftext|>`, GPT-2's end-of-text token, into your chat box. Your "
        "program calls `tokenizer(text)`. What does the model get?"
    ),
    answer=(
        Option(
            "Seven ordinary tokens: it is just text",
            "That would be safe, but it is not what happens unless you ask for it: "
            "`tokenizer(text)` makes the real control token, id 50256, of it.",
        ),
        Option(
            "The real control token",
            "Yes: id 50256, as if your own code had put it there. To the model the text ends, and "
            "another begins. `split_special_tokens=True` reads it as plain text.",
            right=True,
        ),
        Option(
            "Nothing: control tokens are removed",
            "They are removed from *output* if you ask for it (`skip_special_tokens`). On the way "
            "in it becomes the real control token, id 50256.",
        ),
        Option(
            "An error",
            "Some libraries do raise one (tiktoken, unless told otherwise). `transformers` makes "
            "the real control token of it, without a word.",
        ),
    ),
)
