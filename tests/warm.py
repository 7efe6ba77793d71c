"""Second processes that begin with torch imported, for tests that kill what they start.

Importing torch takes a new Python most of its first seconds, and says nothing about what is killed.
Python's own fork server imports it once in each process of the tests.
"""

import multiprocessing
import sys

# Where a process cannot safely be copied (anywhere but on Linux), each imports for itself.
PROCESSES = multiprocessing.get_context("forkserver" if sys.platform == "linux" else "spawn")
"""As `multiprocessing`: its `Process` runs a function, which another module than a test's has."""

if sys.platform == "linux":
    PROCESSES.set_forkserver_preload(["torch", "transformers", "accelerate"])
