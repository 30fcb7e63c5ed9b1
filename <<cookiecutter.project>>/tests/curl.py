"""curl, as the docs use it; where it is not installed, this file does the same with the same arguments."""

import argparse
import shlex
import shutil
import subprocess
import sys
import urllib.error
import urllib.request

CURL = "curl" if shutil.which("curl") else shlex.join([sys.executable, __file__])
TIMEOUT_SECONDS = 60.0
NO_ANSWER = 7
"""curl's exit code if nothing listens."""


def typed(line: str, address: str) -> subprocess.CompletedProcess[str]:
    """Run a line of the docs against the service at this address."""
    assert line.startswith("curl ")
    assert "localhost:8080" in line
    command = CURL + line.removeprefix("curl").replace("localhost:8080", address)
    return subprocess.run(["sh", "-c", command], capture_output=True, text=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="curl")
    parser.add_argument("url")
    parser.add_argument("-s", "--silent", action="store_true")
    parser.add_argument("-N", "--no-buffer", action="store_true")
    parser.add_argument("-H", "--header", action="append", default=[])
    parser.add_argument("-d", "--data")
    given = parser.parse_args()
    headers = dict(header.split(": ", 1) for header in given.header)
    url = given.url if "://" in given.url else f"http://{given.url}"
    request = urllib.request.Request(url, given.data and given.data.encode(), headers)  # noqa: S310  the test's own URL
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310
            sys.stdout.buffer.write(response.read())
    except urllib.error.HTTPError as error:
        with error:
            sys.stdout.buffer.write(error.read())
    except urllib.error.URLError as error:
        print(f"curl: {error.reason}", file=sys.stderr)
        return NO_ANSWER
    return 0


if __name__ == "__main__":
    sys.exit(main())
