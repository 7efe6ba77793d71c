"""`python -m tests …`: the browser tests and all others at once, each in a process of its own.

What is given goes to pytest, both times. A notebook of the labs that one of the two has run is not
run again by the other.
"""

import os
import subprocess
import sys
import tempfile

NOTHING_CHOSEN = 5
"""What pytest ends with where no test was asked for."""


def main(arguments):
    """Run both; what the browser tests print is shown when the others are done."""
    command = [sys.executable, "-m", "pytest", *arguments, "-m"]
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryDirectory() as executed:
        shared = os.environ | {"LAB_EXECUTED": executed}
        browser = subprocess.Popen([*command, "browser"], stdout=said, stderr=said, env=shared)
        try:
            codes = [subprocess.call([*command, "not browser"], env=shared), browser.wait()]
        finally:
            browser.terminate()
            browser.wait()
        said.seek(0)
        print(said.read(), flush=True)
    failed = [code for code in codes if code not in (0, NOTHING_CHOSEN)]
    return failed[0] if failed else min(codes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
