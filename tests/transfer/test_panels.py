"""The panels without a browser: what they draw, their code, bad input, one desk for all."""

from datetime import datetime

import pytest

from lablib import transfer as tr
from lablib.transfer.compute.training import Training
from lablib.transfer.panel import growth as growth_module
from lablib.transfer.panel import training as training_module
from lablib.transfer.panel.shared import NOTHING_TRAINED, SharedClassifier, Trained
from tests.panels import failed, ready, run_code


@pytest.fixture
def desk():
    return SharedClassifier()


@pytest.fixture
def trained(tiny):
    """A tiny classifier as if it had been trained on three classes."""
    test = tr.Examples(("good soup", "bad <b>film</b>", "dull", "so fine!"), (2, 0, 1, 1))
    labelled = tr.LabelledSet("three", tiny.names, test, test)
    lines = "labelled, last, said = SET, LAST, SAID\n"
    return Trained(tiny, labelled, lines)


def shown(panel, trained):
    """What the code of a panel gives, with the test's classifier in the place of a training."""
    said = tr.predict(trained.classifier, trained.labelled.test.texts)
    last = Training(1, 1, 1.0, None, None, None, trained.classifier)
    names = {"SET": trained.labelled, "LAST": last, "SAID": said}
    *lines, value = panel.foot.code.splitlines()
    exec("\n".join(lines), names)
    return eval(value, names)


# The data


def test_a_set_is_counted_shown_and_put_on_the_desk(desk):
    panel = ready(tr.data_panel("topic", desk))
    assert desk.labelled.names[0] == "cooking" and "64" in panel.counts.value
    assert "repaired" in panel.notes.value and "dough" in panel.samples.value
    table, _ = run_code(panel)
    assert table == desk.labelled.table()
    before = panel.samples.value
    panel.more.click()
    assert ready(panel).samples.value != before


def test_a_file_that_cannot_be_used_leaves_the_desk_as_it_was(desk, tmp_path):
    panel = ready(tr.data_panel("sentiment", desk))
    (tmp_path / "one.csv").write_text("text,label\nOne,yes\n")
    panel.source.value = str(tmp_path / "one.csv")
    failed(panel, "1 row that can be used")
    assert panel.counts.value == "" and desk.labelled.name == "sentiment"
    panel.source.value = "<script>"
    failed(panel, "There is no table")


def test_an_upload_with_columns_of_other_names_is_read(desk, tmp_path, monkeypatch):
    rows = "".join(f"t{i} <b>,{i % 2}\n" for i in range(20))
    panel = ready(tr.data_panel("sentiment", desk))
    content = f"said,mood\n{rows}".encode()
    panel.upload.value = ({"name": "mine.csv", "content": memoryview(content), "type": "text/csv",
                           "size": len(content), "last_modified": datetime.now()},)  # fmt: skip
    failed(panel, "no column 'text'")
    panel.text.value = "said"
    failed(panel, "no column 'label'")
    panel.label.value = "mood"
    assert ready(panel).desk.labelled.names == ("0", "1")
    assert "&lt;b&gt;" in panel.samples.value and "<b>" not in panel.samples.value
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.csv").write_bytes(content)
    assert run_code(panel)[0] == desk.labelled.table()


def upload(panel, content, name="mine.csv"):
    panel.upload.value = ({"name": name, "content": memoryview(content), "type": "text/csv",
                           "size": len(content), "last_modified": datetime.now()},)  # fmt: skip


OWN = b"text;label\n" + b"".join(b"one, two %d;%d\n" % (i, i % 2) for i in range(20))


def test_the_field_says_what_is_loaded_and_each_door_opens_again(desk):
    panel = ready(tr.data_panel("sentiment", desk))
    for _ in range(2):
        upload(panel, OWN)
        assert ready(panel).source.value == "mine.csv" and desk.labelled.names == ("0", "1")
        panel.source.value = "sentiment"
        assert ready(panel).desk.labelled.name == "sentiment"
        assert "positive" in panel.counts.value
    panel.source.value = "mine.csv"  # what was uploaded is still there
    assert ready(panel).desk.labelled.names == ("0", "1")


def test_an_upload_that_cannot_be_used_leaves_a_way_back(desk):
    panel = ready(tr.data_panel("sentiment", desk))
    upload(panel, b"%PDF-1.7", "mine.csv")
    failed(panel, "is a PDF")
    panel.source.value = "sentiment"
    assert "positive" in ready(panel).counts.value


def test_two_panels_say_the_same(desk):
    panels = [ready(tr.data_panel("sentiment", desk)) for _ in range(2)]
    panels[0].source.value = "topic"
    ready(panels[0])
    assert panels[1].source.value == "topic" and "cooking" in panels[1].counts.value
    upload(panels[0], OWN)
    ready(panels[0])
    assert panels[1].source.value == "mine.csv" and "mine.csv" in panels[1].foot.code
    panels[1].label.value = "mood"
    failed(panels[1], "no column 'mood'")


# Training


def fake_training(classifier, steps=4):
    def fine_tune(labelled, config):
        for step in range(steps + 1):
            watched = 1.0 - step / 10 if step % 2 == 0 else None
            yield Training(step, steps, step / 2, 1.0 if step else None, watched,
                           None if watched is None else 0.5,
                           classifier if step == steps else None)  # fmt: skip

    return fine_tune


def test_a_training_is_drawn_tested_and_put_on_the_desk(desk, tiny, trained, monkeypatch):
    monkeypatch.setattr(training_module, "fine_tune", fake_training(tiny))
    panel = tr.training_panel("source", desk=desk)
    desk.labelled = trained.labelled
    monkeypatch.setattr(panel, "model", lambda: None)
    assert panel.config().batch == 32 and panel.config().learning_rate == 2e-5
    panel.button.click()
    ready(panel)
    assert list(panel.plot.data[1].y) == [1.0, 0.8, 0.6]
    assert panel.scores.confusion.sum() == 4
    assert desk.trained.classifier is tiny and "tr.fine_tune(labelled, config)" in desk.trained.code
    assert "test texts are right" in panel.verdict.value


def test_the_code_of_a_training_has_the_settings(desk):
    panel = tr.training_panel("short", desk=desk)
    panel.method.value, panel.seed.value = "lora", 3
    assert "tr.recipe('short', method='lora', seed=3)" in panel.foot.code or (
        panel.show_code() or "tr.recipe('short', method='lora', seed=3)" in panel.foot.code
    )
    panel.recipe.value = "source"
    panel.show_code()
    names = {}
    lines = panel.foot.code.split("*_, last")[0]
    exec(lines, names)
    assert names["config"] == panel.config()


def test_what_goes_wrong_in_a_training_is_said(desk, monkeypatch):
    def fails(labelled, config):
        raise ValueError("All texts have one label.")
        yield

    monkeypatch.setattr(training_module, "fine_tune", fails)
    panel = tr.training_panel(desk=desk)
    monkeypatch.setattr(panel, "model", lambda: None)
    panel.button.click()
    failed(panel, "one label")
    assert desk.trained is None


# Single texts


@pytest.mark.parametrize("open_panel", [tr.judge_panel, tr.mistakes_panel])
def test_before_a_training_a_panel_says_what_to_do(open_panel, desk):
    panel = ready(open_panel(desk=desk))
    assert panel.hint.value == NOTHING_TRAINED and panel.foot.code == ""


def test_a_typed_text_is_judged_and_explained(desk, trained):
    panel = ready(tr.judge_panel("the soup was not good", desk))
    desk.trained = trained
    ready(panel)
    expected = tr.predict(trained.classifier, ["the soup was not good"])[0]
    assert panel.said == expected and panel.hint.value == ""
    for way, strip in panel.strips.items():
        found = tr.pushes(trained.classifier, expected.text, expected.label, way)
        assert [t["value"] for t in strip.tokens] == list(found.values)
    assert shown(panel, trained) == list(panel.found.values())
    panel.input.value = "<script>alert(1)</script> fine"
    assert ready(panel).said.text.startswith("<script>")
    panel.input.value = "  "
    failed(panel, "no text to judge")


def test_the_worst_mistakes_are_shown_with_their_words(desk, trained):
    panel = ready(tr.mistakes_panel(desk))
    desk.trained = trained
    ready(panel)
    said = tr.predict(trained.classifier, trained.labelled.test.texts)
    places = tr.worst(said, trained.labelled.test.labels, 5)
    assert [one.text for one, _ in panel.found] == [said[i].text for i in places] != []
    assert len(panel.list.children) == 2 * len(places)
    assert shown(panel, trained) == [pushed for _, pushed in panel.found]
    panel.way.value = "gradient"
    before = panel.found
    assert ready(panel).found != before
    assert shown(panel, trained) == [pushed for _, pushed in panel.found]


# LearningCurvePoint


def test_growth_is_drawn_as_it_comes(desk, small_set, monkeypatch):
    desk.labelled = small_set
    asked = []

    def measured(labelled, ways, sizes, seeds, model):
        asked.append((ways, sizes, seeds, model))
        for way in ways:
            for size in sizes:
                for seed in seeds:
                    yield None
                    yield tr.Point(way, size, seed, 0.5 + 0.1 * seed)

    monkeypatch.setattr(growth_module, "measure_transfer", measured)
    panel = tr.growth_panel(seeds=2, desk=desk)
    monkeypatch.setattr(panel, "model", lambda: None)
    panel.ways["lora"].value = False
    panel.largest.value = 80
    panel.button.click()
    ready(panel)
    assert asked == [(["frozen", "full", "scratch", "counting"], [20, 40, 80], [0, 1], "minilm")]
    plot = panel.place.children[0]
    assert list(plot.data[0].y) == pytest.approx([0.55] * 3) and list(plot.data[1].y) == []
    assert list(plot.data[0].error_y.array) == pytest.approx([0.0707] * 3, abs=1e-3)
    assert "± 7" in panel.table.value and "From scratch, 80 texts give 55\xa0%" in panel.words.value
    names = {}
    desk_line = "labelled = tr.read_labelled('sentiment')"
    exec(panel.foot.code.replace(desk_line, "labelled = None").rsplit("\n", 1)[0], names)


def test_a_measurement_may_have_a_set_of_its_own(desk, small_set, monkeypatch):
    desk.labelled, asked = small_set, []

    def measured(labelled, *_):
        asked.append(labelled)
        yield tr.Point("frozen", 20, 0, 0.5)

    monkeypatch.setattr(growth_module, "measure_transfer", measured)
    panel = tr.growth_panel("topic", desk=desk)
    monkeypatch.setattr(panel, "model", lambda: None)
    panel.button.click()
    ready(panel)
    assert len(asked[0].names) == 5 and desk.labelled is small_set
    assert "read_labelled('topic')" in panel.foot.code
    panel.source.value = panel.source.options[0]
    panel.button.click()
    ready(panel)
    assert asked[1] is small_set and "read_labelled('sentiment')" in panel.foot.code


def test_a_measurement_can_be_stopped(desk, small_set, monkeypatch):
    desk.labelled = small_set

    def endless(*_):
        while True:
            yield None

    monkeypatch.setattr(growth_module, "measure_transfer", endless)
    panel = tr.growth_panel(desk=desk)
    monkeypatch.setattr(panel, "model", lambda: None)
    panel.button.click()
    panel.stop()
    assert panel.wait() and panel.state == "stale"
