"""`python -m tests …`: the browser tests and all others at once, each in a process of its own.

One after the other they take an hour on two slow cores. What is given goes to pytest, both times.
"""

import subprocess
import sys
import tempfile

NOTHING_CHOSEN = 5
"""What pytest ends with where no test was asked for."""


def main(arguments):
    """Run both; what the browser tests print is shown when the others are done."""
    command = [sys.executable, "-m", "pytest", *arguments, "-m"]
    with tempfile.TemporaryFile("w+") as said:
        browser = subprocess.Popen([*command, "browser"], stdout=said, stderr=said)
        try:
            codes = [subprocess.call([*command, "not browser"]), browser.wait()]
        finally:
            browser.terminate()
            browser.wait()
        said.seek(0)
        print(said.read(), flush=True)
    failed = [code for code in codes if code not in (0, NOTHING_CHOSEN)]
    return failed[0] if failed else min(codes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
