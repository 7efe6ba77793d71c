"""The first page: every lab with its question, what was answered, and titles that stay text."""

import json
import re
from base64 import b64decode
from io import BytesIO

import nbformat
import pytest
from PIL import Image

from lablib import models
from lablib import sampling as sp
from lablib.pages.front_door import HEIGHT, LABS, WIDTH, Entry, entry, front_door, part
from lablib.pages.scripts import write_scripts
from tests.browser.axe import findings
from tests.conftest import ROOT

PICTURES = ROOT / "labs/images"
NOTEBOOKS = sorted((ROOT / "labs").glob("[0-9]*.ipynb"))


@pytest.fixture(scope="module")
def core():
    """The entries of the core labs."""
    return [entry(path.stem, nbformat.read(path, as_version=4)) for path in NOTEBOOKS]


def test_every_core_lab_has_a_question_its_minutes_and_a_picture(core):
    assert [one.name for one in core] == list(LABS)
    text = front_door(core, PICTURES)
    assert text.count("<picture>") == len(LABS)
    for one in core:
        assert 10 <= one.minutes <= 60
        assert len(set(one.predictions)) == len(one.predictions) > 0
        assert LABS[one.name].question in text


def test_the_page_is_small(core):
    """With what writes in it, which the folder of pages has beside them; of the engine nothing else
    is there, so that it may grow.
    """
    text = front_door(core, PICTURES)
    assert len(text) < 400_000
    assert "class Gpt2" in text
    assert not [name for name in ("class Bert", "class T5", "class WordPiece") if name in text]


def test_a_picture_is_the_part_it_says(tmp_path):
    whole = Image.new("RGB", (400, 400), "white")
    whole.paste("red", (100, 50, 100 + WIDTH // 2, 50 + HEIGHT // 2))
    whole.save(tmp_path / "a.png")
    address = part(tmp_path / "a.png", 100, 50, WIDTH // 2)
    small = Image.open(BytesIO(b64decode(address.partition(",")[2])))
    assert small.size == (WIDTH, HEIGHT)
    colours = {small.getpixel((x, y)) for x in (5, 175, 345) for y in (5, 110, 214)}
    assert all(red > 240 and green < 20 and blue < 20 for red, green, blue in colours)


@pytest.mark.parametrize("words", ["A & Z", "<i>", '"><script>broken</script>'])
def test_titles_stay_text(words):
    whole = front_door([Entry("a", words), Entry(words, "b")], PICTURES)
    assert whole.count("<script") == front_door([], PICTURES).count("<script")
    assert words not in whole[whole.index("<main") : whole.index("</main>")]


def test_links_lead_on_only_where_the_repository_is_known(core):
    assert "https://" not in front_door(core, PICTURES).split("<body>")[1]
    text = front_door(core, PICTURES, "ann/labs")
    assert 'href="https://github.com/ann/labs"' in text
    assert 'href="https://mybinder.org/v2/gh/ann/labs/HEAD?urlpath=lab/tree/labs/' in text


@pytest.fixture
def door(browser, core, tmp_path):
    """The page opened from the disk, in a window of a laptop."""
    (tmp_path / "index.html").write_text(front_door(core, PICTURES), encoding="utf-8")
    context = browser.new_context(bypass_csp=True, viewport={"width": 1366, "height": 768})
    page = context.new_page()
    wrong = []
    failed = []
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.on("console", lambda m: m.type in ("error", "warning") and wrong.append(m))
    page.goto((tmp_path / "index.html").as_uri())
    yield page
    context.close()
    assert failed == [one for one in wrong if "weights.js" not in str(one.location)] == []


def test_all_labs_are_in_sight_on_a_laptop_and_nothing_is_cut_on_a_phone(door):
    last = door.locator(".door-lab").last.bounding_box()
    assert last["y"] + last["height"] <= 768
    door.set_viewport_size({"width": 400, "height": 800})
    assert door.evaluate("document.documentElement.scrollWidth") <= 400


def test_what_was_answered_is_counted(door, core, tmp_path):
    lab = core[-1]
    seen = [{"id": id, "what": "predicted", "value": "x", "right": not i, "time": f"2026-11-0{i}"}
            for i, id in enumerate(lab.predictions[:2])]  # fmt: skip
    file = tmp_path / "progress.jsonl"
    file.write_text("".join(json.dumps(event) + "\n" for event in seen))
    with door.expect_file_chooser() as asked:
        door.get_by_role("button", name="Take in a progress file").click()
    asked.value.set_files(file)
    door.get_by_text("2 lines of it are new here.").wait_for()
    assert door.locator(".door-lab[data-begun]").count() == 1
    more = door.locator(".door-lab").last.locator(".door-more").inner_text()
    assert more == f"{lab.minutes} minutes · 2 of {len(lab.predictions)} predictions"
    total = len({id for one in core for id in one.predictions})
    words = door.locator("#answered").inner_text()
    assert words == f"You have answered 2 predictions of {total}; 1 came true."
    door.reload()
    assert re.search("answered 2 predictions", door.locator("#answered").inner_text())


def test_a_model_writes_on_from_what_is_typed(door, tmp_path):
    door.get_by_role("button", name="Write").click()
    door.get_by_text("keep weights.js in its folder").wait_for()
    write_scripts(tmp_path)
    door.reload()
    door.get_by_label("continues your text").fill("The old <b>king")
    door.get_by_role("button", name="Write").click()
    m = models.load("pocket-gpt2", device="cpu")
    knobs = sp.Knobs(temperature=0.8, top_p=0.95)
    ids = [step.id for step in sp.generate(m, "The old <b>king", knobs, 0, 40)]
    whole = "The old <b>king" + m.tokenizer.decode(ids)
    door.wait_for_function(
        "text => document.getElementById('written').textContent === text",
        arg=whole,
        timeout=120_000,
    )


def test_everybody_can_use_it(door):
    for scheme in ("light", "dark"):
        door.emulate_media(color_scheme=scheme)
        assert findings(door, "html") == []
