import os
import shlex
import subprocess
import sys

import pytest

from lablib.finetuning import Config, write_config
from lablib.finetuning.__main__ import main
from lablib.training.folders import History, phase
from tests.training.tiny_folder import save_tiny

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


@pytest.mark.parametrize("heldout", [0.0, 0.25])
def test_what_is_left_out_of_a_table_is_said_in_the_terminal(gpt2, tmp_path, capsys, heldout):
    rows = [f"text number {i}, or so;{('Good', 'bad')[i % 2]}" for i in range(30)]
    rows += ["no label;", "two;labels;here", "one more;good"]
    (tmp_path / "own.csv").write_text("sep=;\n Text ;LABEL\n" + "\n".join(rows))
    config = Config(
        gpt2, str(tmp_path / "own.csv"), task="classification", steps=1, length=16, batch=4,
        heldout=heldout, device="cpu",
    )  # fmt: skip
    write_config(config, tmp_path / "own.toml")
    main([str(tmp_path / "own.toml")])
    said = capsys.readouterr().out
    assert "1 row has more cells than the first row has names (line 34)" in said
    assert "1 row has no text or label and was left out (line 33)" in said
    assert "'Good' (15 rows) and 'good' (1 row) were taken for one label" in said


@pytest.fixture
def odd(tiny, tmp_path):
    """Settings of a run whose samples have letters that few terminals know."""
    file = tmp_path / "small.toml"
    model = save_tiny(tiny, tmp_path / "model")
    prompt = "Ωμέγα 老人 \U0001f600"
    settings = Config(
        model, TEXT, steps=2, length=16, device="cpu", sample_every=1, prompt=prompt,
        sample_tokens=2,
    )  # fmt: skip
    write_config(settings, file)
    return file


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "utf-8"])
def test_letters_that_the_terminal_lacks_end_no_run(odd, encoding, warm_python):
    done = subprocess.run(
        [warm_python, "-m", "lablib.finetuning", odd],
        env=os.environ | {"PYTHONIOENCODING": encoding}, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert phase(odd.with_suffix("")) == "done"
    shown = done.stdout.decode(encoding)
    assert ("Ωμέγα" if encoding == "utf-8" else r"\u03a9\u03bc") in shown


@pytest.mark.parametrize("command", ["{} 2>&1 | head -n 1", "{} > /dev/full", "{} >&- 2>&-"])
def test_a_reader_that_has_gone_ends_no_run(odd, command, warm_python):
    python = sys.executable if ">&-" in command else warm_python  # a copy has to be given outputs
    train = f"{shlex.quote(python)} -m lablib.finetuning {shlex.quote(str(odd))}"
    subprocess.run(command.format(train), shell=True, capture_output=True, check=False)
    assert phase(odd.with_suffix("")) == "done"
    assert len(History(odd.with_suffix("")).read()) == 3
