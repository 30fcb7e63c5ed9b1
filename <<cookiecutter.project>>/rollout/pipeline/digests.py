"""`python3 -m rollout.pipeline.digests IMAGE RELEASE [ENGINE]`: refuses anything but digests of IMAGE.

A tag can move to another image. Uses only the standard library, because the signing job installs no packages.
"""

import sys
from collections.abc import Sequence

from rollout.docker.image import Image
from rollout.errors import Refused, WrongRelease

REFUSED = 2


def check(image: str, reference: str) -> None:
    """Raises NoDigest or WrongRelease unless the reference is `image@sha256:` followed by 64 hexadecimal digits."""
    found = Image.parse(reference)
    if found.repository != image or str(found) != reference:
        raise WrongRelease(f"{reference}: must be {image}@sha256: followed by 64 hexadecimal digits")


def main(arguments: Sequence[str]) -> int:
    """Returns the exit code: 0, or 2 when a reference is refused."""
    image, release, *engine = arguments
    try:
        check(image, release)
        for each in engine:
            check(f"{image}-engine", each)
    except Refused as error:
        print(f"::error::{error}".replace("\n", "%0A"), file=sys.stderr)
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
