import pytest

from lablib.finetuning import Config, write_config
from lablib.finetuning.__main__ import main

TEXT = "The lamp is lit at dusk. " * 60


def test_the_command_line_trains_as_the_file_says(gpt2, tmp_path, capsys):
    file = tmp_path / "small.toml"
    write_config(Config(gpt2, TEXT, steps=2, length=16, device="cpu", sample_every=2), file)
    main([str(file)])
    said = capsys.readouterr().out
    assert "step 2  loss" in said and "held-out loss" in said and "Once upon a time" in said
    assert (tmp_path / "small" / "model" / "config.json").is_file()


def test_what_is_wrong_is_said_without_a_traceback(tmp_path):
    with pytest.raises(SystemExit, match="There is no file"):
        main([str(tmp_path / "nothing.toml")])
