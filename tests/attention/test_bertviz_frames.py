"""bertviz with no network: drawn, harmless, light, and for models it refuses by itself."""

import html
import re

import pytest
import torch

from lablib.attention import AttentionMaps, EncoderDecoderMaps
from lablib.attention.views.bertviz import head_view, model_view
from tests.attention.pictures import PAYLOADS, causal_maps, maps_between, reading, watch
from tests.looking import ran

VIEWS = [head_view, model_view]


@pytest.fixture
def show(page):
    """Puts a view on a page; gives back the frame in it. Nothing may be asked of a network."""
    errors, asked = watch(page), []
    page.on("request", lambda request: asked.append(request.url))

    def show(box):
        page.set_content("".join(child.value for child in box.children))
        frame = page.frames[-1]
        frame.locator("#vis line").first.wait_for(state="attached")
        return frame

    yield show
    assert errors == []
    assert [url for url in asked if not url.startswith("about:")] == []


def page_in(box):
    return html.unescape(re.search('srcdoc="([^"]*)"', box.children[-1].value).group(1))


def opacities(frame, name):
    return [float(x) for x in frame.evaluate(
        """(name) => [...document.querySelectorAll("#vis " + name)].map(
            (line) => line.getAttribute("stroke-opacity"))""", name)]  # fmt: skip


def test_the_head_view_draws_the_weights_to_three_decimals(show):
    maps = causal_maps(heads=1)
    frame = show(head_view(maps, layer=1))
    expected = maps.weights[1, 0].double().round(decimals=3).ravel().tolist()
    assert opacities(frame, "line") == expected
    assert frame.locator("#layer").input_value() == "1"


def test_the_model_view_draws_every_head(show):
    maps = causal_maps(layers=2, heads=3)
    frame = show(model_view(maps))
    expected = maps.weights.double().round(decimals=3).ravel().tolist()
    assert opacities(frame, "line") == expected


@pytest.mark.parametrize("view", VIEWS)
def test_no_token_is_read_as_script_or_html(show, page, view):
    tokens = (*PAYLOADS, "; // HACK: x", "const params = 1;")
    frame = show(view(causal_maps(tokens)))
    assert len(page.frames) == 2 and not ran(page)
    if view is head_view:
        assert "<img␣src=x␣on…" in frame.locator("#vis").text_content()


@pytest.mark.parametrize("view", VIEWS)
def test_the_page_holds_its_data_once_and_loads_nothing(view):
    maps = causal_maps("abcdefghijkl", layers=4, heads=6)
    whole = page_in(view(maps))
    assert whole.count('"left_text"') == 1
    assert "cdnjs" not in whole
    assert "default-src 'none'" in whole
    weights = re.search(r"const params = .*", whole).group()
    assert len(weights) < 7 * maps.weights.numel()


def test_a_sentence_pairs_parts_are_cut_in_the_page(show):
    maps = maps_between("", "abcde", kind="encoder", second=2, heads=1)
    box = head_view(maps)
    assert page_in(box).count('"attn"') == 1
    frame = show(box)
    frame.locator("#filter").select_option("3")
    part = maps.weights[0, 0, :2, 2:].double().round(decimals=3)
    assert opacities(frame, "line") == part.ravel().tolist()


@pytest.mark.parametrize("view", VIEWS)
def test_encoder_and_decoder_of_different_depth(show, view):
    encoder = maps_between("", "abcd", layers=1, heads=2, kind="encoder")
    cross = maps_between("xyz", "abcd", layers=3, heads=2)
    own = torch.eye(3).expand(3, 2, 3, 3)
    decoder = AttentionMaps(own, cross.queries, cross.queries, "decoder", "")
    box = view(EncoderDecoderMaps(encoder, decoder, cross))
    assert "encoder 1, decoder 3, cross 3" in box.children[0].value
    frame = show(box)
    frame.locator("#filter").select_option("2")
    if view is head_view:
        frame.locator("#layer").select_option("2")
    expected = cross.weights[2].double().round(decimals=3)
    shown = opacities(frame, "line")[-expected.numel() :]
    divided = expected / 2 if view is head_view else expected
    assert shown == pytest.approx(divided.ravel().tolist())


def test_cross_attention_alone(show):
    frame = show(head_view(maps_between("xyz", "abcd")))
    assert "x" in frame.locator("#left").text_content()
    assert "d" in frame.locator("#right").text_content()


def test_it_says_what_it_cut(monkeypatch):
    monkeypatch.setattr("lablib.attention.views.bertviz.LINKS", 75)
    box = head_view(causal_maps(heads=3))
    assert "draws the first 5 of 6 tokens" in box.children[0].value
    assert '"left_text":["a","b","c","d","e"]' in page_in(box)
    assert len(head_view(causal_maps(heads=3), max_tokens=6).children) == 1


def test_broken_weights_are_said():
    tokens = reading("ab")
    maps = AttentionMaps(torch.full((1, 1, 2, 2), torch.nan), tokens, tokens, "causal", "Broken.")
    assert "Broken." in head_view(maps).children[0].value


def test_a_layer_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="layers 0 to 1"):
        head_view(causal_maps(), layer=2)
    with pytest.raises(ValueError, match="heads 0 to 2"):
        head_view(causal_maps(), heads=[3])
