"""What the perplexity panel shows of a result."""

import math

from lablib.foundations.compute.perplexity import TokenSurprisal
from lablib.widgets.tokens import number


def perplexity_words(found: TokenSurprisal) -> str:
    """From the tokens' losses to the measures made of them, as one line of arithmetic.

    >>> perplexity_words(TokenSurprisal((1, 2), (math.log(2), math.log(8)), 5))
    '2 tokens cost 4 bits together, 2 each: a mean loss of 1.39 nats. Perplexity, e to \
the loss: 4; 4 bits over 5 bytes are 0.8 bits per byte.'
    """
    bits, count = math.fsum(found.bits), len(found.ids)
    return (
        f"{count:,} tokens cost {number(bits)} bits together, {number(bits / count)} each: a mean "
        f"loss of {number(found.loss)} nats. Perplexity, e to the loss: "
        f"{number(found.perplexity)}; {number(bits)} bits over {found.byte_count:,} bytes are "
        f"{number(found.bits_per_byte)} bits per byte."
    )
