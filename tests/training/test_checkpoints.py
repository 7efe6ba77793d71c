"""Checkpoints: what goes in comes out, whole or not at all, whatever happens on the way."""

import errno
import json
import resource
import subprocess
import sys
import time

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lablib.training import checkpoints, trees
from lablib.training.checkpoints import CheckpointError, latest, new_folder, problem, save
from tests.examples import examples

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text() | st.integers() | st.sampled_from(trees.MARKS), inner)
    ),
    max_leaves=12,
)


def parts(number, size=4):
    weight = torch.full((size,), float(number))
    return {"model": {"weight": weight, "tied": weight}, "counters": {"step": number}}


@given(VALUES)
@examples(100)
def test_any_nest_comes_back(tree):
    tensors = {}
    apart = json.loads(json.dumps(trees.flatten(tree, tensors)))
    assert trees.unflatten(apart, tensors) == tree and tensors == {}


def test_an_optimizer_comes_back_with_its_types(tmp_path):
    layer = torch.nn.Linear(3, 2)
    optimizer = torch.optim.AdamW(layer.parameters(), betas=(0.9, 0.95))
    layer(torch.ones(1, 3)).sum().backward()
    optimizer.step()
    save(tmp_path, 1, {"optimizer": optimizer.state_dict()})
    read = latest(tmp_path).read()
    other = torch.optim.AdamW(layer.parameters())
    other.load_state_dict(read["optimizer"])
    assert other.param_groups[0]["betas"] == (0.9, 0.95)
    for name, value in optimizer.state[layer.weight].items():
        assert torch.equal(other.state[layer.weight][name], value)


def test_tied_weights_are_kept_once_and_strided_ones_whole(tmp_path):
    matrix = torch.arange(6.0).reshape(2, 3)
    kept = {}
    apart = trees.flatten([matrix, matrix, matrix.T, torch.empty(0), torch.empty(0)], kept)
    assert len(kept) == 4
    assert torch.equal(trees.unflatten(apart, kept)[2], matrix.T)


def test_a_value_that_is_code_is_refused():
    with pytest.raises(TypeError, match="holds no function"):
        trees.flatten({"a": lambda: 1}, {})


def test_two_are_kept_and_a_later_one_goes(tmp_path):
    for step in (10, 20, 30):
        save(tmp_path, step, parts(step))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["step-000020", "step-000030"]
    save(tmp_path, 25, parts(25))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["step-000020", "step-000025"]
    save(tmp_path, 25, parts(26))
    assert latest(tmp_path).read()["counters"] == {"step": 26}


@given(st.data())
@examples(40)
def test_any_damage_is_noticed_and_the_one_before_is_used(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("run")
    save(folder, 1, parts(1))
    newest = save(folder, 2, parts(2))
    names = sorted(path.name for path in newest.iterdir())
    file = newest / data.draw(st.sampled_from([n for n in names if n != "manifest.json"]))
    content = bytearray(file.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        content[place] ^= data.draw(st.integers(1, 255))
    else:
        del content[place:]
    file.write_bytes(content)
    found = latest(folder)
    assert found.step == 1 and found.read()["counters"] == {"step": 1}
    assert found.damaged == (
        f"The checkpoint of step 2 is damaged ({file.name} is not what was written).",
    )


def test_all_damaged_is_a_sentence(tmp_path):
    (save(tmp_path, 1, parts(1)) / "manifest.json").unlink()
    (save(tmp_path, 2, parts(2)) / "values.json").unlink()
    with pytest.raises(CheckpointError, match=r"values.json is missing.*no manifest.*start the"):
        latest(tmp_path)
    (tmp_path / "step-000002/manifest.json").write_text("[")
    assert problem(tmp_path / "step-000002") == "its manifest cannot be read"
    assert latest(tmp_path / "elsewhere") is None


def test_no_room_is_said_before_anything_is_written(tmp_path, monkeypatch):
    save(tmp_path, 10, parts(10))
    usage = type("Usage", (), {"free": 10})
    monkeypatch.setattr(checkpoints.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(CheckpointError, match=r"step 20 needs 0.0 MB.*of step 10 is whole"):
        save(tmp_path, 20, parts(20))
    assert [path.name for path in tmp_path.iterdir()] == ["step-000010"]


def test_a_disk_that_fills_on_the_way_loses_nothing(tmp_path):
    """A limit on the size of files stands for the end of the disk."""
    save(tmp_path, 10, parts(10))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(CheckpointError, match=r"disk is full.*step 10 is whole"):
            save(tmp_path, 20, parts(20, size=100_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [path.name for path in tmp_path.iterdir()] == ["step-000010"]
    assert latest(tmp_path).read()["counters"] == {"step": 10}


@pytest.mark.parametrize("file", ["values.json", "manifest.json"])
def test_the_disk_may_be_full_at_any_file(tmp_path, monkeypatch, file):
    from pathlib import Path

    def full(path, *args, **kwargs):
        if path.name == file:
            raise OSError(errno.ENOSPC, "No space left on device")
        return written(path, *args, **kwargs)

    written = Path.write_text
    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(CheckpointError, match="none before it"):
        save(tmp_path, 20, parts(20))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("foreseen", [True, False])
def test_a_real_full_disk(tmp_path, monkeypatch, foreseen):
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(tmp_path)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        save(tmp_path, 10, parts(10, size=50_000))
        (tmp_path / "other").write_bytes(bytes(500_000))
        if not foreseen:  # another process fills the disk after it was looked at
            monkeypatch.setattr(checkpoints, "_require_space", lambda *_: None)
        with pytest.raises(CheckpointError, match=r"step 20 needs 0.5 MB and 0.. MB are free"):
            save(tmp_path, 20, parts(20, size=120_000))
        assert latest(tmp_path).step == 10
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


def test_another_error_of_the_disk_is_not_called_full(tmp_path):
    with pytest.raises(NotADirectoryError):
        (tmp_path / "file").write_text("")
        save(tmp_path / "file/run", 1, parts(1))


SAVER = """
import sys, torch
from pathlib import Path
from lablib.training.checkpoints import save
for step in range(1, 10**6):
    save(Path(sys.argv[1]), step, {"model": {"weight": torch.full((300_000,), float(step))}})
    print(step, flush=True)
"""


@pytest.mark.process
def test_a_process_killed_while_it_saves_leaves_a_whole_one(tmp_path):
    command = [sys.executable, "-c", SAVER, str(tmp_path)]
    for trial in range(3):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                said = int(process.stdout.readline())
                time.sleep(0.0137 * trial)
            finally:
                process.kill()
        found = latest(tmp_path)
        assert found.step >= said and not found.damaged
        assert set(found.read()["model"]["weight"].tolist()) == {float(found.step)}
    save(tmp_path, 5000, parts(5000))
    left = {path.name for path in tmp_path.iterdir() if path.name.startswith(".")}
    assert not any(name.endswith("005000") for name in left)


def test_a_folder_is_replaced_whole_or_not_at_all(tmp_path):
    place = tmp_path / "model"
    for text in ("one", "two"):
        with new_folder(place) as folder:
            (folder / "inner").mkdir()
            (folder / "inner/config").write_text(text)
    with pytest.raises(KeyboardInterrupt), new_folder(place) as folder:
        (folder / "half").write_text("")
        raise KeyboardInterrupt
    assert (place / "inner/config").read_text() == "two" and problem(place) == ""
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
