"""curl, as the docs use it; where it is not installed, this file does the same with the same arguments."""

import argparse
import re
import shlex
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from http.client import HTTPResponse
from pathlib import Path

CURL = "curl" if shutil.which("curl") else shlex.join([sys.executable, __file__])
ADDRESS = re.compile(r"localhost:8080|https://my-host\.example")
"""Where the service is, in the docs."""

TIMEOUT_SECONDS = 60.0
NO_ANSWER = 7
"""curl's exit code if nothing listens."""


def typed(line: str, address: str) -> subprocess.CompletedProcess[str]:
    """Run a line of the docs against the service at this address."""
    assert line.startswith("curl ")
    command, count = ADDRESS.subn(address, CURL + line.removeprefix("curl"))
    assert count == 1
    return subprocess.run(["sh", "-c", command], capture_output=True, text=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="curl")
    parser.add_argument("url")
    parser.add_argument("-s", "--silent", action="store_true")
    parser.add_argument("-S", "--show-error", action="store_true")
    parser.add_argument("-N", "--no-buffer", action="store_true")
    parser.add_argument("-i", "--include", action="store_true")
    parser.add_argument("-X", "--request")
    parser.add_argument("-H", "--header", action="append", default=[])
    parser.add_argument("-d", "--data")
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("-w", "--write-out", default="")
    given = parser.parse_args()
    headers = dict(header.split(": ", 1) for header in given.header)
    url = given.url if "://" in given.url else f"http://{given.url}"
    data = given.data and given.data.encode()
    request = urllib.request.Request(url, data, headers, method=given.request)  # noqa: S310  the test's own URL
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310
            answer = show(response, with_head=given.include)
            status = response.status
    except urllib.error.HTTPError as error:
        with error:
            answer = show(error, with_head=given.include)
            status = error.code
    except urllib.error.URLError as error:
        print(f"curl: {error.reason}", file=sys.stderr)
        return NO_ANSWER
    if given.output is None:
        sys.stdout.buffer.write(answer)
    else:
        given.output.write_bytes(answer)
    sys.stdout.buffer.write(given.write_out.replace("%{http_code}", str(status)).replace("\\n", "\n").encode())
    return 0


def show(response: HTTPResponse | urllib.error.HTTPError, *, with_head: bool) -> bytes:
    """The body of an answer or, `with_head`, all of it."""
    if not with_head:
        return response.read()
    headers = (f"{name}: {value}" for name, value in response.headers.items())
    return "\r\n".join([f"HTTP/1.1 {response.status} {response.reason}", *headers, "", ""]).encode() + response.read()


if __name__ == "__main__":
    sys.exit(main())
