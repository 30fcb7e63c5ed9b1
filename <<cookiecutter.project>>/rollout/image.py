"""The name of a release: an image with its digest, which always means the same image."""

import re
from dataclasses import dataclass
from typing import Self

from rollout.errors import NoDigest

BY_DIGEST = re.compile(r"(?P<repository>[a-z0-9][\w.:/-]*?)(?::(?P<tag>[\w][\w.-]*))?@(?P<digest>sha256:[0-9a-f]{64})")
EXAMPLE = "ghcr.io/my-org/my-agent@sha256:<64 hexadecimal digits>"


@dataclass(frozen=True)
class Image:
    """`repository` is without tag; `digest` is `sha256:…`."""

    repository: str
    digest: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse `NAME@sha256:…`. Raises NoDigest for a tag, which can move to another image, and for anything else."""
        if found := BY_DIGEST.fullmatch(text):
            return cls(found["repository"], found["digest"])
        why = ", because a tag can move to another image"
        if "@" in text:
            why = ": the part after the @ is not a complete sha256 digest"
        raise NoDigest(
            f"{text}: a release must be an image with its digest{why}. Use {EXAMPLE}; "
            "`docker push` and `docker buildx imagetools inspect NAME:TAG` print the digest."
        )

    @property
    def name(self) -> str:
        """The last part of its repository: `my-agent`."""
        return self.repository.rpartition("/")[2]

    def __str__(self) -> str:
        return f"{self.repository}@{self.digest}"
