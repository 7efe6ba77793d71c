"""How many examples Hypothesis makes up for a test: in the fast loop few for every one."""

from hypothesis import settings

FEW = 10


def examples(most, **options):
    """Hypothesis's settings for a test that is tried with so many examples.

    Args:
        most: examples in `make test`; the fast loop tries `FEW` of them.
        options: any other of Hypothesis's settings.
    """
    fast = settings.get_current_profile_name() == "fast"
    return settings(max_examples=min(most, FEW) if fast else most, **options)
