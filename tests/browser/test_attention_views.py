"""The attention views in JupyterLab: layers and pages that a kernel sends, and the frames."""

from playwright.sync_api import expect

MAPS = """
import torch
from lablib import attention as at
from lablib.attention.views.weights import AttentionView
words = tuple("The cat sat on the mat because it was tired".split())
tokens = at.Reading(tuple(range(10)), words, (False,) * 10, (0,) * 10)
scores = torch.randn(3, 4, 10, 10, generator=torch.manual_seed(0)) * 2
future = torch.ones(10, 10, dtype=torch.bool).triu(1)
weights = scores.masked_fill(future, -torch.inf).softmax(-1)
maps = at.AttentionMaps(weights, tokens, tokens, "causal", "")
view = AttentionView(heads=[0, 1])
view.show(maps)
view
"""
FRAMES = """
import ipywidgets
ipywidgets.VBox([at.head_view(maps), at.model_view(maps)])
"""


def test_layers_come_and_the_page_is_saved(lab):
    page = lab.page
    lab.open(lab.write("views.ipynb", [MAPS, FRAMES]))
    lab.run_all()
    summary = page.locator(".lab-attention .att-summary")
    page.get_by_text("The strongest links as a table").click()
    summary.filter(has_text="Layer 0, heads 0 and 1").wait_for()
    for layer, _ in enumerate(lab.themes(), 1):
        page.get_by_role("button", name="Next layer").click()
        summary.filter(has_text=f"Layer {layer}, heads 0 and 1").wait_for()
        with page.expect_download() as download:
            page.get_by_role("button", name="Save as page").click()
        assert f'"layer":{layer}' in download.value.path().read_text(encoding="utf-8")

    for number, lines in enumerate((4 * 100, 3 * 4 * 100)):
        picture = page.locator("iframe.lab-frame").nth(number)
        picture.scroll_into_view_if_needed()
        inside = picture.content_frame.locator("#vis line")
        expect(inside).to_have_count(lines)
