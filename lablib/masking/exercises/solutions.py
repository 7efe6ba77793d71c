# mypy: disallow-untyped-defs=False
"""The right answers, shown to learners as they stand here (so without type annotations).

Logits are tensors [tokens, vocabulary], as a model gives them for one text; tokens are their ids,
in lists.
"""

import math


def best_guess(logits, ids, mask_id):
    """The most probable token at the mask of a text, and its probability."""
    place = ids.index(mask_id)
    probabilities = logits[place].softmax(-1)
    best = int(probabilities.argmax())
    return best, float(probabilities[best])


def mask_word(pieces, number):
    """The pieces with all those of one word, counted from 0, hidden behind masks."""
    word, seen = -1, []
    for piece in pieces:
        if not piece.startswith("##"):
            word += 1
        seen.append("[MASK]" if word == number else piece)
    return seen


def two_fillings(joint):
    """The tokens most probable each on its own, and the pair most probable together."""
    first, second = joint.sum(1), joint.sum(0)
    alone = int(first.argmax()), int(second.argmax())
    together = divmod(int(joint.argmax()), joint.shape[1])
    return alone, together


def pseudo_log_likelihood(log_probabilities, ids):
    """The score of a sentence; row i holds what the model expects where token i is hidden."""
    places = range(1, len(ids) - 1)  # all but [CLS] and [SEP]
    return sum(float(log_probabilities[place][ids[place]]) for place in places)


def corrupt(tokens, chosen, draws, others):
    """What the model sees: 80 % of the chosen tokens masked, 10 % replaced, 10 % unchanged."""
    seen = []
    for token, is_chosen, draw, other in zip(tokens, chosen, draws, others, strict=True):
        if is_chosen and draw < 0.8:
            seen.append("[MASK]")
        elif is_chosen and draw < 0.9:
            seen.append(other)
        else:
            seen.append(token)
    return seen


def make_labels(ids, seen, chosen):
    """What the model is asked for: the original token where one was chosen, else -100."""
    return [id if is_chosen else -100 for id, is_chosen in zip(ids, chosen, strict=True)]


def total_loss(word_losses, pair_losses, alpha, beta):
    """The mean masked-word loss and the mean next-sentence loss, each with its weight."""
    words = sum(word_losses) / len(word_losses)
    pairs = sum(pair_losses) / len(pair_losses)
    return alpha * words + beta * pairs


def difference_and_spread(first, second):
    """The mean difference over the templates, and the standard deviation of the differences."""
    differences = [a - b for a, b in zip(first, second, strict=True)]
    mean = sum(differences) / len(differences)
    squares = [(difference - mean) ** 2 for difference in differences]
    return mean, math.sqrt(sum(squares) / (len(differences) - 1))


def guesses(logits, places, k):
    """For each place the k most probable tokens with their probabilities."""
    probabilities = logits.softmax(-1)
    best = probabilities[places].topk(k)
    return best.indices.tolist(), best.values.tolist()


def guess(model, tokenizer, text):
    """The best token for the mask; of a long text the model reads only the last 16 tokens."""
    tokenizer.truncation_side = "left"
    inputs = tokenizer(text, truncation=True, max_length=16, return_tensors="pt")
    place = inputs.input_ids[0].tolist().index(tokenizer.mask_token_id)
    logits = model(**inputs).logits[0]
    return tokenizer.decode(logits[place].argmax())


def hide_word(text, tokenizer, number):
    """The tokens of a text with one word hidden, and the tokens that were hidden."""
    encoding = tokenizer(text, add_special_tokens=False)
    tokens = encoding.tokens()
    places = range(*encoding.word_to_tokens(number))
    hidden = [tokens[place] for place in places]
    for place in places:
        tokens[place] = tokenizer.mask_token
    return tokens, hidden


def masked_loss(model, tokenizer, text, place):
    """The loss of the model, in nats, for one hidden token of a text."""
    ids = tokenizer(text, return_tensors="pt").input_ids
    seen = ids.clone()
    seen[0, place] = tokenizer.mask_token_id
    labels = ids.new_full(ids.shape, -100)
    labels[0, place] = ids[0, place]
    return float(model(input_ids=seen, labels=labels).loss)
