"""Second processes that begin with torch imported, for tests that kill what they start.

Importing torch takes a new Python most of its first seconds, and says nothing about what is killed.
Python's own fork server imports it once in each process of the tests.
"""

import multiprocessing
import sys

# Where a process cannot safely be copied (anywhere but on Linux), each imports for itself.
PROCESSES = multiprocessing.get_context("forkserver" if sys.platform == "linux" else "spawn")
"""As `multiprocessing`: its `Process` runs a function, which another module than a test's has."""

IMPORTED = (
    "torch.distributed.run",
    "accelerate.commands.config",
    "transformers.models.auto.tokenization_auto",
    "transformers.models.gpt2.modeling_gpt2",
    "lablib.training.engine",
)
"""What trains a tiny GPT-2, in one process or several."""

if sys.platform == "linux":
    PROCESSES.set_forkserver_preload(list(IMPORTED))
