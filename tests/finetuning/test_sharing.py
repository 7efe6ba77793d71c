"""A run's model is taken away: saved, reloaded, as an adapter and merged it says the same."""

import base64
import json
import re
import shutil
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import torch
import transformers
from huggingface_hub import constants
from huggingface_hub.repocard import metadata_load
from peft import (
    AutoPeftModelForCausalLM,
    AutoPeftModelForSeq2SeqLM,
    AutoPeftModelForSequenceClassification,
    PeftModel,
)

from lablib import models
from lablib.finetuning import merge, push_to_hub
from lablib.finetuning.__main__ import main
from lablib.training.config import Config
from lablib.training.engine import fit, setup
from lablib.training.results import has_plain_base, run_card
from lablib.training.run import Run, train
from lablib.training.tasks import inputs

TEXT = "The lamp is lit at dusk, and put out at dawn. The keeper sleeps by day.\n" * 12
LABELLED = "text,label\n" + "".join(
    f"{'good' if i % 2 else 'bad'} day {'!' * i},{'plus' if i % 2 else 'minus'}\n"
    for i in range(16)
)
PAIRS = "source,target\n" + "yes,no\nwarm,cold\nup,down\n" * 6


@pytest.fixture(scope="session")
def resized(tiny, tmp_path_factory):
    """A tiny GPT-2 whose vocabulary was made larger by two tokens, and untied ones."""
    folder = tmp_path_factory.mktemp("resized")
    m = tiny(3, attn_pdrop=0.0, resid_pdrop=0.0, embd_pdrop=0.0)
    tokenizer = transformers.AutoTokenizer.from_pretrained(_saved(m, folder))
    tokenizer.add_special_tokens({"additional_special_tokens": ["<ask>", "<answer>"]})
    m.model.resize_token_embeddings(len(tokenizer))
    m.model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)


def _saved(m, folder):
    m.tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def untied(tiny, tmp_path_factory):
    folder = tmp_path_factory.mktemp("untied")
    m = tiny(4, tie_word_embeddings=False, attn_pdrop=0.0, resid_pdrop=0.0, embd_pdrop=0.0)
    m.model.save_pretrained(folder)
    return str(_saved(m, folder))


CASES = [
    ("causal", "gpt2", TEXT, AutoPeftModelForCausalLM),  # tied embeddings
    ("causal", "untied", TEXT, AutoPeftModelForCausalLM),
    ("causal", "resized", TEXT + "<ask> Why? <answer> So.\n", AutoPeftModelForCausalLM),
    ("masked", "pocket-bert", TEXT, None),
    ("classification", "gpt2", LABELLED, AutoPeftModelForSequenceClassification),  # a padding token
    ("classification", "pocket-bert", LABELLED, AutoPeftModelForSequenceClassification),
    ("sequence", "t5", PAIRS, AutoPeftModelForSeq2SeqLM),  # the head is the embeddings
]


@torch.no_grad()
def outputs(model, batch):
    return model.eval()(**batch)[0].float()


def by_peft(auto, run, state):
    """The adapter as `peft` opens it, on the base that it names."""
    adapter = run.folder / "adapter"
    if auto is None:
        base = json.loads((adapter / "adapter_config.json").read_text())["base_model_name_or_path"]
        return PeftModel.from_pretrained(
            type(state.model).from_pretrained(base, dtype="float32"), adapter
        )
    labels = {"num_labels": 2} if state.task.labels else {}
    model = auto.from_pretrained(adapter, dtype="float32", **labels)
    model.config.pad_token_id = state.model.config.pad_token_id
    return model


@pytest.mark.parametrize(("task", "model", "text", "auto"), CASES)
def test_saved_reloaded_adapted_and_merged_it_says_the_same(
    request, tmp_path, task, model, text, auto
):
    name = model if model.startswith("pocket") else request.getfixturevalue(model)
    config = Config(
        name, text, task, "lora", steps=3, batch=4, length=16, heldout=0.25, rank=2,
        learning_rate=3e-2, device="cpu", precision="fp32",
    )  # fmt: skip
    state = setup(config, tmp_path / "run")
    list(fit(state))
    run = Run.open(tmp_path / "run")
    batch = inputs(state.task.batch([0, 1, 2], "heldout"))
    if task == "sequence":
        batch["decoder_input_ids"] = batch["input_ids"][:, :3]
    expected = outputs(state.model, batch)
    before = outputs(setup(config).model, batch)
    assert not torch.allclose(expected, before, atol=1e-2)  # something was learned
    merged = merge(run, tmp_path / "merged")
    kind = type(state.model)
    found = {
        "reloaded": run.load().model,
        "by transformers": kind.from_pretrained(run.result),
        "adapter by peft": by_peft(auto, run, state),
        "merged": models.load(merged, kind=run.load().card.kind, device="cpu").model,
        "merged by transformers": kind.from_pretrained(merged),
    }
    for way, opened in found.items():
        assert torch.allclose(outputs(opened, batch), expected, atol=1e-4), way
    tokenizer = transformers.AutoTokenizer.from_pretrained(merged)
    assert len(tokenizer) == len(state.tokenizer)


@pytest.fixture
def made(gpt2, tmp_path):
    """A finished LoRA run."""
    config = Config(
        gpt2, TEXT, method="lora", steps=2, batch=4, length=16, rank=2, device="cpu",
    )  # fmt: skip
    train(config, tmp_path / "run")
    return Run.open(tmp_path / "run")


def test_transformers_opens_the_adapter_by_itself(made):
    model = transformers.AutoModelForCausalLM.from_pretrained(made.folder / "adapter")
    ids = torch.arange(6)[None]
    assert torch.allclose(model(ids).logits, made.load().model(ids).logits, atol=1e-4)


def test_it_writes_as_its_samples_were_drawn(made, tmp_path):
    for folder in (made.result, merge(made, tmp_path / "merged")):
        settings = transformers.GenerationConfig.from_pretrained(folder)
        assert (settings.do_sample, settings.temperature, settings.top_k) == (True, 0.8, 0)
        assert settings.eos_token_id == made.load().tokenizer.eos_token_id


def test_the_card_is_filled_from_the_run(made):
    for folder, library in ((made.result, "transformers"), (made.folder / "adapter", "peft")):
        card = (folder / "README.md").read_text()
        front = metadata_load(folder / "README.md")
        assert front == {"library_name": library, "pipeline_tag": "text-generation"}
        assert "from a text of its own." in card and TEXT[:20] not in card  # that is private
        assert "| method | lora, rank 2 |" in card and "| steps | 2 |" in card
        first, last = made.history[0].heldout_loss, made.history[-1].heldout_loss
        assert f"| 0 | {first:.4f} |" in card and f"| 2 | {last:.4f} |" in card
        assert str(made.folder.parent) not in card


def test_the_lines_of_a_card_run(made, monkeypatch):
    for folder in (made.result, made.folder / "adapter"):
        (code,) = re.findall(r"```python\n(.*?)```", (folder / "README.md").read_text(), re.S)
        names = {"folder": folder}
        exec(code, names)
        assert names["model"].num_parameters() and len(names["tokenizer"]) == 257


def test_a_card_tells_the_best_step_and_no_folders():
    config = Config("/home/me/models/own", "/home/me/secret.txt", patience=2)
    card = run_card(config, [])
    assert "own learned" in card and "/home" not in card and "Nothing was held out" in card


def test_what_cannot_be_merged_is_said(made, gpt2, tmp_path):
    full = Config(gpt2, TEXT, steps=1, length=16, device="cpu")
    train(full, tmp_path / "full")
    with pytest.raises(ValueError, match="has no LoRA adapter to merge: its model is whole"):
        merge(tmp_path / "full", tmp_path / "merged")
    assert not (tmp_path / "full" / "adapter").exists() and not (tmp_path / "merged").exists()
    with pytest.raises(ValueError, match="is in use"):
        merge(made, tmp_path / "full")
    with pytest.raises(ValueError, match="There is no run in"):
        merge(tmp_path, tmp_path / "merged")
    (made.folder / "adapter" / "adapter_model.safetensors").unlink()
    with pytest.raises(ValueError, match="There is no LoRA adapter"):
        merge(made, tmp_path / "merged")
    assert not (tmp_path / "merged").exists()


def test_a_base_that_is_gone_or_an_adapter_itself_leaves_the_whole_model(
    gpt2, tmp_path, monkeypatch
):
    base = tmp_path / "base"
    shutil.copytree(gpt2, base)
    monkeypatch.chdir(tmp_path)
    config = Config("base", TEXT, method="lora", steps=1, length=16, rank=2, device="cpu")
    train(config, tmp_path / "kept")
    named = json.loads((tmp_path / "kept/adapter/adapter_config.json").read_text())
    assert named["base_model_name_or_path"] == str(base)  # from wherever it is opened
    (base / "adapter_config.json").write_text("{}")
    assert not has_plain_base(config)
    (base / "adapter_config.json").unlink()
    state = setup(config, tmp_path / "run")
    shutil.rmtree(base)
    list(fit(state))
    run = Run.open(tmp_path / "run")
    assert run.load().model and not (run.folder / "adapter").exists()
    with pytest.raises(ValueError, match=r"There is no .*base"):
        merge(tmp_path / "kept", tmp_path / "merged")
    named["base_model_name_or_path"] = "owner/gone"
    (tmp_path / "kept/adapter/adapter_config.json").write_text(json.dumps(named))
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ValueError, match=r"owner/gone is not .*, and the adapter builds on it\."):
        merge(tmp_path / "kept", tmp_path / "merged")


def test_the_command_line_merges(made, tmp_path, capsys):
    main(["merge", str(made.folder), str(tmp_path / "merged")])
    assert "The whole model is in" in capsys.readouterr().out
    assert models.load(tmp_path / "merged").card.kind == "causal"
    with pytest.raises(SystemExit, match="is in use"):
        main(["merge", str(made.folder), str(tmp_path / "merged")])


# --- the hub ----------------------------------------------------------------------------------


class Hub(BaseHTTPRequestHandler):
    """The few answers of the hub that an upload needs; it takes every file as it is."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        hub = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        hub.asked.append((self.path, self.headers.get("Authorization")))
        if hub.status:
            return self.tell({"error": "no"}, hub.status)
        if self.path == "/api/repos/create":
            hub.created.append(json.loads(body))
            name = json.loads(body)["name"]
            return self.tell({"url": f"{constants.ENDPOINT}/me/{name}", "name": f"me/{name}"})
        if "/preupload/" in self.path:
            names = [file["path"] for file in json.loads(body)["files"]]
            modes = [{"path": n, "uploadMode": "regular", "shouldIgnore": False} for n in names]
            return self.tell({"files": modes})
        if "/commit/" in self.path:
            lines = [json.loads(line) for line in body.splitlines()]
            for line in (line["value"] for line in lines if line["key"] == "file"):
                hub.files[line["path"]] = base64.b64decode(line["content"])
            found = {"commitUrl": f"{constants.ENDPOINT}/me/x/commit/1", "commitOid": "1" * 40}
            return self.tell({**found, "success": True})
        return self.tell({"errors": [], "warnings": []})

    def do_GET(self):
        self.tell({"id": "me/x", "sha": "0" * 40, "siblings": []}, self.server.status or 200)

    def tell(self, what, status=200):
        content = json.dumps(what).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args):
        pass


@pytest.fixture
def hub(monkeypatch):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    server.daemon_threads = True
    server.asked, server.created, server.files, server.status = [], [], {}, 0
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    monkeypatch.setattr(constants, "ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    yield server
    server.shutdown()
    serving.join()
    server.server_close()


def test_a_model_goes_to_the_hub_whole_with_its_card(made, hub, tmp_path):
    address = push_to_hub(made, "me/letters", token="hf_secret")
    assert address == f"{constants.ENDPOINT}/me/letters"
    assert hub.created == [{"name": "letters", "organization": "me", "visibility": "private"}]
    assert all(said == "Bearer hf_secret" for _, said in hub.asked)
    sent = tmp_path / "sent"
    sent.mkdir()
    for name, content in hub.files.items():
        (sent / name).write_bytes(content)
    assert "manifest.json" not in hub.files and "README.md" in hub.files
    ids = torch.arange(6)[None]
    there = models.load(sent, device="cpu").model(ids).logits
    assert torch.equal(there, made.load().model(ids).logits)


def test_the_command_line_uploads_for_all_to_see(made, hub, capsys):
    main(["push", str(made.folder), "me/letters", "--public"])
    assert "me/letters" in capsys.readouterr().out and hub.created[0]["visibility"] == "public"


def test_what_the_hub_says_no_to_is_said(made, hub, monkeypatch):
    with pytest.raises(ValueError, match="is no name of the hub"):
        push_to_hub(made, "not a name!")
    hub.status = 403
    with pytest.raises(ValueError, match="lets you not write"):
        push_to_hub(made, "me/letters", token="hf_secret")
    hub.status = 500
    with pytest.raises(ValueError, match="error 500"):
        push_to_hub(made, "me/letters", token="hf_secret")
    assert not hub.files
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ValueError, match="does not answer"):
        push_to_hub(made, "me/letters", token="hf_secret")
    with pytest.raises(ValueError, match="so it has no model yet"):
        push_to_hub(Run(replace(made.config, seed=1), made.folder.parent / "new"), "me/x")
