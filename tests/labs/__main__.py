"""`python -m tests.labs`: every claim about a model, where it is made, and what is measured now.

A model of another edition in `lablib/models/pocket` shows here which sentences it breaks.
"""

import pytest

from lablib.output import say
from tests.labs.test_claims import CLAIMS, Claim


def row(claim: Claim) -> str:
    """A claim as a line of the table: what it says, what was meant and measured, and whether."""
    try:
        measured = claim.measure()
    except pytest.skip.Exception as skipped:
        return f"| {claim.where} | {claim.says} | {claim.expected} | not measured: {skipped} | |"
    except Exception as error:  # another model may have no such head or word
        measured = error
    holds = "yes" if measured == claim.expected else "NO"
    return f"| {claim.where} | {claim.says} | {claim.expected} | {measured} | {holds} |"


if __name__ == "__main__":
    say("| place | claim | meant | measured | holds |\n| --- | --- | --- | --- | --- |")
    for each in CLAIMS:
        say(row(each))
