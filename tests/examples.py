"""How many examples a test is tried with: in the fast loop few for every one."""

from collections import defaultdict

from hypothesis import settings

FEW = 10
"""Examples that Hypothesis makes up."""


def examples(most, **options):
    """Hypothesis's settings for a test that is tried with so many examples.

    Args:
        most: examples in `make test`; the fast loop tries `FEW` of them.
        options: any other of Hypothesis's settings.
    """
    fast = settings.get_current_profile_name() == "fast"
    return settings(max_examples=min(most, FEW) if fast else most, **options)


def ends(items):
    """Of each test's table of cases (`pytest.mark.parametrize`) the first and the last.

    Args:
        items: what pytest has collected, in its order.
    """
    tables = defaultdict(list)
    for item in items:
        tables[item.nodeid.partition("[")[0]].append(item)
    some = {id(table[end]) for table in tables.values() for end in (0, -1)}
    return [item for item in items if id(item) in some]
