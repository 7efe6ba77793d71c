"""Models put into an image, at a revision that does not move: `python -m lablib.models.pinned`.

For Binder and for a class's server: the weights are fetched while the image is built, and with
`HF_HUB_OFFLINE=1` nothing asks the hub again. Needs a network.
"""

from pathlib import Path

from lablib.models.checkpoint import WEIGHTS
from lablib.models.hub import MODEL_FILES

REVISIONS = {
    "gpt2": "607a30d783dfa663caf39e06633721c8d4cfcd7e",
    "bert-base-uncased": "86b5e0934494bd15c9632b12f734a8a67f723594",
}
"""The commits of the hub's repositories, by the models' names."""


def fetch_pinned(name: str) -> Path:
    """Fetch one of `REVISIONS` into the hub's cache; the folder it lies in.

    Raises whatever `huggingface_hub` raises if the hub does not give it: the image must not be
    built without its models.
    """
    from huggingface_hub import snapshot_download

    revision = REVISIONS[name]
    files = [*MODEL_FILES, WEIGHTS]
    folder = Path(snapshot_download(name, revision=revision, allow_patterns=files))
    # A download by commit leaves "main" unsaid, and by that `transformers` looks a name up.
    main = folder.parents[1] / "refs" / "main"
    main.parent.mkdir(exist_ok=True)
    main.write_text(revision, encoding="ascii")
    return folder


def main() -> None:
    """Fetch them all, and say where they are."""
    for name in REVISIONS:
        print(f"{name}: {fetch_pinned(name)}", flush=True)


if __name__ == "__main__":
    main()
