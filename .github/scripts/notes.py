#!/usr/bin/env python3
"""`notes.py TAG`: print the tag's part of CHANGELOG.md.

Refuses a tag that is not the version in cookiecutter.json, or that the changelog calls unreleased or does not know.
"""

import json
import sys
from pathlib import Path


class NoReleaseError(Exception):
    """No release may be made of this tag."""


def notes(tag: str, settings: str, changelog: str) -> str:
    """The part of the changelog; `settings` is the text of cookiecutter.json. Raises NoReleaseError."""
    version = json.loads(settings)["_version"]
    if tag != f"v{version}":
        raise NoReleaseError(f"the tag is {tag}, and the version in cookiecutter.json {version}")
    parts = ("\n" + changelog).split("\n## ")
    found = [
        text.strip() for title, _, text in (part.partition("\n") for part in parts[1:]) if title.strip() == version
    ]
    if not found or not found[0]:
        raise NoReleaseError(f'CHANGELOG.md has no finished part "## {version}"')
    return found[0]


def main() -> int:
    try:
        texts = (Path(name).read_text(encoding="utf-8") for name in ("cookiecutter.json", "CHANGELOG.md"))
        print(notes(sys.argv[1], *texts))
    except NoReleaseError as refused:
        print(f"::error::{refused}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
