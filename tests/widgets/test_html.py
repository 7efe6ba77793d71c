"""Nothing a person or a model wrote reaches HTML unescaped."""

import json
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from lablib.widgets.html import escape, fill, frame, html_widget, script_json

ANY_TEXT = st.text(st.characters(exclude_categories=[]))


class Collector(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.tags, self.text = [], ""

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, attrs))

    def handle_data(self, data):
        self.text += data


@given(ANY_TEXT)
def test_any_text_comes_out_as_text(text):
    page = Collector()
    page.feed(fill("<b>{value}</b>", value=text))
    page.close()
    assert page.tags == [("b", [])]


@given(ANY_TEXT)
def test_any_text_can_be_sent(text):
    escape(text).encode()


@given(ANY_TEXT)
def test_a_value_cannot_leave_an_attribute(text):
    page = Collector()
    page.feed(fill('<b title="{value}"></b>', value=text))
    page.close()
    assert [(tag, [name for name, _ in attrs]) for tag, attrs in page.tags] == [("b", ["title"])]


def test_the_widget_holds_escaped_text():
    widget = html_widget("<i>{name}</i>", name="<img src=x onerror=alert(1)>")
    assert "<img" not in widget.value
    assert widget.value.startswith("<i>&lt;img")


@given(ANY_TEXT)
def test_no_text_ends_the_script_it_stands_in(text):
    page = Collector()
    page.feed(f"<script>const text = {script_json(text)};</script>")
    page.close()
    assert [tag for tag, _ in page.tags] == ["script"]
    assert json.loads(script_json(text)) == text


def test_another_librarys_page_stands_in_one_attribute_of_a_sandboxed_frame():
    page = Collector()
    page.feed(frame('<b class="x">', ['const a = "&";'], title='"', height=90).value)
    page.close()
    (_, attributes) = next(tag for tag in page.tags if tag[0] == "iframe")
    attributes = dict(attributes)
    assert attributes["sandbox"] == "allow-scripts"
    assert '<b class="x">' in attributes["srcdoc"]
    assert 'const a = "&";' in attributes["srcdoc"]
    assert "default-src 'none'" in attributes["srcdoc"]
    assert [tag for tag, _ in page.tags] == ["style", "iframe"]
