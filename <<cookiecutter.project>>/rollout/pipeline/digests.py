"""`python3 -m rollout.pipeline.digests IMAGE RELEASE [ENGINE]`: refuses anything but digests of IMAGE.

A tag can move to another image. Uses only the standard library, because the signing job installs no packages.
"""

import argparse
import sys
from collections.abc import Sequence

from rollout.errors import WrongRelease
from rollout.image import Image
from rollout.onhost.command_line import Parser, run
from rollout.pipeline.github import annotate_error


def check(image: str, reference: str) -> None:
    """Raises NoDigest or WrongRelease unless the reference is `image@sha256:` followed by 64 hexadecimal digits."""
    found = Image.parse(reference)
    if found.repository != image or str(found) != reference:
        raise WrongRelease(f"{reference}: must be {image}@sha256: followed by 64 hexadecimal digits")


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code: 0, or 2 when a reference or the command line is refused."""
    return run(parser(), arguments, annotate_error)


def check_all(chosen: argparse.Namespace) -> int:
    check(chosen.image, chosen.release)
    for each in chosen.engine:
        check(f"{chosen.image}-engine", each)
    return 0


def parser() -> Parser:
    top = Parser(prog="rollout.pipeline.digests", description=__doc__, allow_abbrev=False)
    top.add_argument("image", help="the image's name, without a tag or digest")
    top.add_argument("release", help="IMAGE@sha256: followed by 64 hexadecimal digits")
    top.add_argument("engine", nargs="*", help="the same of IMAGE-engine")
    top.set_defaults(command=check_all, interrupted="nothing was changed")
    return top


if __name__ == "__main__":
    sys.exit(main())
