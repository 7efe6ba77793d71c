"""What a payload does is seen, however late it does it."""

import pytest

from tests.looking import ran


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<p>text</p>", False),
        ("&lt;img src=x onerror=window.broken=1&gt;", False),
        ("<img src=x onerror=window.broken=1>", True),
        ("<script>window.broken = 1</script>", True),
    ],
)
def test_a_payload_that_is_run_is_seen(page, html, found):
    page.set_content(html, wait_until="commit")
    assert ran(page) is found
