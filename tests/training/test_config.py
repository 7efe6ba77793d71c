from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lablib.training.config import PRESETS, Config, check, read_config, write_config
from lablib.unicode import well_formed


@given(text=st.text(), labels=st.lists(st.text(), max_size=3), rate=st.floats(1e-12, 1e3))
def test_any_settings_come_back_from_their_file(tmp_path_factory, text, labels, rate):
    path = tmp_path_factory.mktemp("config") / "config.toml"
    config = Config(text=text, labels=tuple(labels), learning_rate=rate, steps=3, compile=True)
    write_config(config, path)
    assert read_config(path) == config


def test_half_a_character_does_not_spoil_the_file(tmp_path):
    write_config(Config(text="a\ud800b"), tmp_path / "c.toml")
    assert read_config(tmp_path / "c.toml").text == well_formed("a\ud800b")


def test_settings_that_are_none_are_left_out_and_whole_numbers_may_be_shares(tmp_path):
    path = tmp_path / "c.toml"
    write_config(Config(), path)
    assert "memory_limit" not in path.read_text()
    path.write_text("epochs = 2\nmemory_limit = 4\nsteps = 7\n")
    read = read_config(path)
    assert (read.epochs, read.memory_limit, read.steps) == (2.0, 4.0, 7)
    assert isinstance(read.epochs, float)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("learnin_rate = 1.0", "no setting 'learnin_rate'"),
        ("steps = 'ten'", "steps cannot be 'ten'"),
        ("labels = [1, 2]", "labels cannot be"),
        ("steps = true", "steps cannot be True"),
        ("steps = ", "not a TOML file"),
        ("method = 'magic'", "method is one of full, lora"),
    ],
)
def test_a_wrong_file_is_refused_in_a_sentence(tmp_path, content, said):
    (tmp_path / "c.toml").write_text(content)
    with pytest.raises(ValueError, match=said):
        read_config(tmp_path / "c.toml")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ValueError, match="There is no file"):
        read_config(tmp_path / "c.toml")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"learning_rate": 0.0}, "nothing is learned"),
        ({"learning_rate": float("nan")}, "ordinary number"),
        ({"epochs": 0.0}, "nothing is learned"),
        ({"batch": 0}, "1 or more"),
        ({"length": 1}, "2 or more"),
        ({"heldout": 1.0}, "below 1"),
        ({"dropout": -0.1}, "0 or more"),
        ({"precision": "fp8"}, "one of auto, fp32"),
        ({"batch": 2, "micro_batch": 4}, "part of the batch"),
    ],
)
def test_settings_with_which_nothing_could_be_learned(changes, said):
    with pytest.raises(ValueError, match=said):
        check(replace(Config(), **changes))


def test_the_presets_are_sound_and_one_is_the_source_material():
    for config in PRESETS.values():
        check(config)
    source = PRESETS["source"]
    assert (source.batch, source.length, source.epochs, source.learning_rate) == (8, 128, 3, 2e-5)
    assert (source.schedule, source.warmup, source.method) == ("linear", 0, "full")
    assert source.patience == 0


def test_a_name_that_no_file_can_have_is_refused():
    with pytest.raises(ValueError, match=r"cannot be read \(embedded null byte\)"):
        read_config("a\0b.toml")
