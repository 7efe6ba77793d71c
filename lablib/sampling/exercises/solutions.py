# mypy: disallow-untyped-defs=False
"""The right answers, shown to learners as they stand here (so without type annotations).

Logits and probabilities are tensors [vocabulary], as a model gives them; tokens are their ids.
"""

import math
import random


def softmax_with_temperature(logits, temperature):
    """Divide the logits by the temperature, then turn them into probabilities."""
    scaled = [float(logit) / temperature for logit in logits]
    largest = max(scaled)
    weights = [math.exp(one - largest) for one in scaled]
    total = sum(weights)
    return [weight / total for weight in weights]


def effective_choices(probabilities):
    """How many equally likely tokens would be as hard to guess."""
    entropy = -sum(float(p) * math.log(p) for p in probabilities if p > 0)
    return math.exp(entropy)


def temperature_for(logits, target):
    """The temperature at which the entropy is `target` nats, found by halving an interval."""
    low, high = 0.01, 100.0
    for _ in range(60):
        middle = (low + high) / 2
        logs = (logits / middle).log_softmax(-1)
        entropy = -(logs.exp() * logs).sum()
        if entropy < target:
            low = middle
        else:
            high = middle
    return middle


def kept_by_top_p(probabilities, p):
    """The fewest most likely tokens that together have at least the probability `p`."""
    kept, mass = set(), 0.0
    for token in probabilities.argsort(descending=True).tolist():
        kept.add(token)
        mass += float(probabilities[token])
        if mass >= p:
            break
    return kept


def kept_by_min_p(probabilities, min_p):
    """The tokens at least `min_p` times as likely as the most likely one."""
    least = min_p * max(probabilities)
    return {token for token, p in enumerate(probabilities) if p >= least}


def draw(probabilities, u):
    """The token in whose stretch of the line from 0 to 1 the random number `u` falls."""
    total = 0.0
    for token, p in enumerate(probabilities):
        total += float(p)
        if u < total:
            return token
    return len(probabilities) - 1  # Rounding can leave the total just below 1.


def most_probable_pair(first, second):
    """The two tokens with the greatest probability together."""
    pairs = [(a, b) for a in range(len(first)) for b in range(len(second[a]))]
    return max(pairs, key=lambda pair: first[pair[0]] * second[pair[0]][pair[1]])


def log_probability(logits, ids, prompt_length):
    """The log-probability of all tokens after the prompt; row i of the logits follows token i."""
    total = 0.0
    for position in range(prompt_length, len(ids)):
        logs = logits[position - 1].log_softmax(-1)
        total += float(logs[ids[position]])
    return total


def contrastive_scores(probabilities, vectors, before, alpha):
    """The scores of contrastive search: what is likely and like nothing before is best."""
    ours = vectors / vectors.norm(dim=1, keepdim=True)
    theirs = before / before.norm(dim=1, keepdim=True)
    return (1 - alpha) * probabilities - alpha * (ours @ theirs.T).max(1).values


def positions_computed(prompt_tokens, new_tokens, cached):
    """How many token positions go through the model to write `new_tokens`."""
    if cached:
        return prompt_tokens + new_tokens - 1
    return sum(prompt_tokens + written for written in range(new_tokens))


def two_stories(model, tokenizer):
    """Continue one story in two different ways."""
    inputs = tokenizer("Once upon a time", return_tensors="pt")
    stories = []
    for _ in range(2):
        ids = model.generate(**inputs, max_length=100, do_sample=True, top_p=0.95, temperature=0.7)
        stories.append(tokenizer.decode(ids[0]))
    return stories


def continue_greedily(model, tokenizer, prompt):
    """Write 100 new tokens after the prompt, always the most likely one."""
    inputs = tokenizer(prompt, return_tensors="pt")
    ids = model.generate(**inputs, max_new_tokens=100, num_return_sequences=1)
    return tokenizer.decode(ids[0])


def most_likely(logits, k):
    """The k most likely tokens, each with the probability that the model gives it."""
    probabilities = logits.softmax(-1)
    best = probabilities.topk(k)
    return dict(zip(best.indices.tolist(), best.values.tolist(), strict=True))


def next_probabilities(logits, previous, k, penalty):
    """Probabilities after a repetition penalty and top-k, in the order of `transformers`."""
    logits = logits.clone()
    seen = logits[previous]
    logits[previous] = seen.div(penalty).where(seen > 0, seen * penalty)
    least = logits.topk(k).values[-1]
    logits = logits.masked_fill(logits < least, -math.inf)
    return logits.softmax(-1)


def penalise(logits, previous, penalty):
    """Make every token that was used before less likely."""
    logits = logits.clone()
    for token in set(previous):
        if logits[token] > 0:
            logits[token] = logits[token] / penalty
        else:
            logits[token] = logits[token] * penalty
    return logits


def draw_both(cold, hot, count, seed):
    """Draw from two distributions with the same random numbers, to compare them fairly."""
    cold_numbers = random.Random(seed)
    hot_numbers = random.Random(seed)
    from_cold = cold_numbers.choices(range(len(cold)), weights=cold, k=count)
    from_hot = hot_numbers.choices(range(len(hot)), weights=hot, k=count)
    return from_cold, from_hot


def blocked_ids(word, tokenizer):
    """The tokens that are the word: with a space before it or without, capital or not."""
    words = [word.lower(), word.capitalize()]
    forms = [space + form for form in words for space in ["", " "]]
    ids = [tokenizer(form)["input_ids"] for form in forms]
    return {tokens[0] for tokens in ids if len(tokens) == 1}


def allowed(tokens, options, written):
    """The tokens with which a text goes on towards one of the options."""
    return [t for t in tokens if any(option.startswith(written + t) for option in options)]


def constrained(logits, allowed):
    """Probabilities of the next token where only some may come."""
    mask = logits.new_zeros(len(logits))
    mask[allowed] = 1
    masked = logits.masked_fill(mask == 0, -math.inf)
    return masked.softmax(-1)
