"""The only way to HTML: every value that is put into a template is escaped first."""

from html import escape as _escape

import ipywidgets


def escape(text: object) -> str:
    """Text that a browser shows as it is, whatever is in it.

    A lone surrogate, which no UTF-8 message can carry, becomes U+FFFD.

    >>> escape("<b>&")
    '&lt;b&gt;&amp;'
    """
    return _escape(str(text).encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def fill(template: str, **values: object) -> str:
    """The template with each value escaped and put in, as `str.format` does.

    The template is ours and may hold tags; the values are anybody's and may not.

    >>> fill("<b>{name}</b>", name="<script>")
    '<b>&lt;script&gt;</b>'
    """
    return template.format(**{name: escape(value) for name, value in values.items()})


def html_widget(template: str, **values: object) -> ipywidgets.HTML:
    """An `ipywidgets.HTML` of a filled template."""
    return ipywidgets.HTML(fill(template, **values))
