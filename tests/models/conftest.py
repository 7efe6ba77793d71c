"""Tiny random models in folders, and a stand-in for the Hugging Face hub on this machine."""

import hashlib
import json
import re
import shutil
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import torch
from huggingface_hub import constants
from transformers import (
    BertConfig,
    BertForMaskedLM,
    BertForPreTraining,
    BertTokenizer,
    GPT2Config,
    GPT2LMHeadModel,
    GPT2Tokenizer,
)

REVISION = "0123456789abcdef0123456789abcdef01234567"
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "cat", "sat", "on", "mat"]


def gpt2_tokenizer(size: int = 257) -> GPT2Tokenizer:
    letters = [chr(0x100 + i) for i in range(size - 1)]
    vocab = {token: i for i, token in enumerate([*letters, "<|endoftext|>"])}
    return GPT2Tokenizer(vocab=vocab, merges=[])


def save_gpt2(folder: Path, vectors: int = 257, entries: int = 257, **options: object) -> Path:
    torch.manual_seed(0)
    config = GPT2Config(vocab_size=vectors, n_positions=16, n_embd=8, n_layer=2, n_head=2)
    GPT2LMHeadModel(config).to(options.pop("dtype", torch.float32)).save_pretrained(
        folder, **options
    )
    gpt2_tokenizer(entries).save_pretrained(folder)
    return folder


def save_bert(folder: Path, model_class: type = BertForMaskedLM) -> Path:
    torch.manual_seed(0)
    sizes = dict(hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=16)
    model_class(BertConfig(vocab_size=len(WORDS), **sizes)).save_pretrained(folder)
    BertTokenizer(vocab={word: i for i, word in enumerate(WORDS)}).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def saved(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("saved")
    return {
        "gpt2": save_gpt2(root / "gpt2"),
        "bert": save_bert(root / "bert"),
        "bert with both heads": save_bert(root / "both", BertForPreTraining),
    }


@pytest.fixture
def gpt2(saved: dict[str, Path], tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return Path(shutil.copytree(saved["gpt2"], tmp_path / "tiny gpt2"))


@pytest.fixture
def bert(saved: dict[str, Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(saved["bert"], tmp_path / "tiny bert"))


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty hub cache, and no hub: nothing listens on port 9 of this machine."""
    folder = tmp_path / "hub cache"
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(folder))
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    return folder


def put_in_cache(cache: Path, name: str, source: Path, revision: str = REVISION) -> Path:
    """Lay a model into the hub's cache as a download would."""
    folder = cache / f"models--{name.replace('/', '--')}"
    (folder / "refs").mkdir(parents=True, exist_ok=True)
    (folder / "refs" / "main").write_text(revision)
    return Path(shutil.copytree(source, folder / "snapshots" / revision))


class Hub(ThreadingHTTPServer):
    """The few answers of the hub that a download needs.

    Attributes:
        models: folder by name. gated: names whose files are refused.
        pause: seconds to wait before each 8 KiB of a file. status: answered to everything, if set.
        asked: every request line, in order.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.models: dict[str, Path] = {}
        self.gated: set[str] = set()
        self.pause = 0.0
        self.status = 0
        self.asked: list[str] = []


class _Answer(BaseHTTPRequestHandler):
    server: Hub
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self.answer(body=False)

    def do_GET(self) -> None:
        self.answer(body=True)

    def answer(self, body: bool) -> None:
        self.server.asked.append(f"{self.command} {self.path}")
        path = self.path.partition("?")[0]
        if self.server.status:
            return self.refuse(self.server.status, "Down")
        if found := re.fullmatch(r"/api/models/(.+)/tree/[0-9a-f]{40}", path):
            return self.tell(self.files(found[1]))
        if found := re.fullmatch(r"/api/models/(.+)", path):
            return self.describe(found[1])
        name, revision, file = re.fullmatch(r"/(.+)/resolve/([^/]+)/(.+)", path).groups()
        if name in self.server.gated:
            return self.refuse(403, "GatedRepo")
        commit = REVISION if revision == "main" else revision
        return self.send(self.server.models[name] / file, body, commit)

    def files(self, name: str) -> list[dict[str, object]]:
        """The files of a model as the hub lists the tree of a commit."""
        return [
            {"type": "file", "path": file.name, "size": file.stat().st_size, "oid": REVISION}
            for file in sorted(self.server.models[name].iterdir())
        ]

    def describe(self, name: str) -> None:
        if name not in self.server.models:
            return self.refuse(401, "RepoNotFound")
        siblings = [{"rfilename": one["path"], "size": one["size"]} for one in self.files(name)]
        self.tell({"id": name, "sha": REVISION, "siblings": siblings})

    def tell(self, what: object) -> None:
        content = json.dumps(what).encode()
        self.head(200, len(content))
        self.wfile.write(content)

    def send(self, file: Path, body: bool, commit: str) -> None:
        content = file.read_bytes()
        etag = hashlib.sha256(content).hexdigest()
        self.head(200, len(content), ETag=f'"{etag}"', X_Repo_Commit=commit)
        for start in range(0, len(content) if body else 0, 8192):
            time.sleep(self.server.pause)
            try:
                self.wfile.write(content[start : start + 8192])
            except OSError:
                return

    def refuse(self, status: int, code: str) -> None:
        self.head(status, 0, X_Error_Code=code)

    def head(self, status: int, length: int, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch):
    server = Hub()
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    monkeypatch.setattr(constants, "ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    yield server
    server.shutdown()
    serving.join()
    server.server_close()
