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
