# mypy: disallow-untyped-defs=False
"""Code that is wrong on purpose, for "spot the bug": each is one step away from `solutions`."""

import math
import random


def two_stories(model, tokenizer):
    """Continue one story in two different ways."""
    inputs = tokenizer("Once upon a time", return_tensors="pt")
    stories = []
    for _ in range(2):
        ids = model.generate(**inputs, max_length=100, top_p=0.95, temperature=0.7)
        stories.append(tokenizer.decode(ids[0]))
    return stories


def continue_greedily(model, tokenizer, prompt):
    """Write 100 new tokens after the prompt, always the most likely one."""
    inputs = tokenizer(prompt, return_tensors="pt")
    ids = model.generate(**inputs, max_length=100, num_return_sequences=1)
    return tokenizer.decode(ids[0])


def most_likely(logits, k):
    """The k most likely tokens, each with the probability that the model gives it."""
    best = logits.topk(k)
    probabilities = best.values.softmax(-1)
    return dict(zip(best.indices.tolist(), probabilities.tolist(), strict=True))


def next_probabilities(logits, previous, k, penalty):
    """Probabilities after a repetition penalty and top-k, in the order of `transformers`."""
    logits = logits.clone()
    least = logits.topk(k).values[-1]
    logits = logits.masked_fill(logits < least, -math.inf)
    seen = logits[previous]
    logits[previous] = seen.div(penalty).where(seen > 0, seen * penalty)
    return logits.softmax(-1)


def penalise(logits, previous, penalty):
    """Make every token that was used before less likely."""
    logits = logits.clone()
    for token in set(previous):
        logits[token] = logits[token] / penalty
    return logits


def draw_both(cold, hot, count, seed):
    """Draw from two distributions with the same random numbers, to compare them fairly."""
    numbers = random.Random(seed)
    from_cold = numbers.choices(range(len(cold)), weights=cold, k=count)
    from_hot = random.choices(range(len(hot)), weights=hot, k=count)
    return from_cold, from_hot
