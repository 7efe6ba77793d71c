# mypy: disallow-untyped-defs=False
"""Code that is wrong on purpose, for "spot the bug": each is one step away from `solutions`."""


def guesses(logits, places, k):
    """For each place the k most probable tokens with their probabilities."""
    probabilities = logits.softmax(0)
    best = probabilities[places].topk(k)
    return best.indices.tolist(), best.values.tolist()


def guess(model, tokenizer, text):
    """The best token for the mask; of a long text the model reads only the last 16 tokens."""
    tokenizer.truncation_side = "left"
    place = tokenizer(text).input_ids.index(tokenizer.mask_token_id)
    inputs = tokenizer(text, truncation=True, max_length=16, return_tensors="pt")
    logits = model(**inputs).logits[0]
    return tokenizer.decode(logits[place].argmax())


def hide_word(text, tokenizer, number):
    """The tokens of a text with one word hidden, and the tokens that were hidden."""
    encoding = tokenizer(text, add_special_tokens=False)
    tokens = encoding.tokens()
    places = [encoding.word_to_tokens(number).start]
    hidden = [tokens[place] for place in places]
    for place in places:
        tokens[place] = tokenizer.mask_token
    return tokens, hidden


def masked_loss(model, tokenizer, text, place):
    """The loss of the model, in nats, for one hidden token of a text."""
    ids = tokenizer(text, return_tensors="pt").input_ids
    seen = ids.clone()
    seen[0, place] = tokenizer.mask_token_id
    labels = ids.clone()
    return float(model(input_ids=seen, labels=labels).loss)
