"""The name of a release on a host: an image by its digest, which can't change under it."""

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
        """Raises NoDigest for a tag, which can mean another image tomorrow, and for anything else that is no digest."""
        if found := BY_DIGEST.fullmatch(text):
            return cls(found["repository"], found["digest"])
        kind = "names a tag or nothing, and a tag can mean another image tomorrow"
        if "@" in text:
            kind = "has no whole digest behind its @"
        raise NoDigest(
            f"{text}: a release is an image by its digest, and this {kind}. Give it as {EXAMPLE}; "
            "`docker buildx imagetools inspect NAME:TAG` and the push itself print the digest."
        )

    @property
    def name(self) -> str:
        """The last part of its repository: `my-agent`."""
        return self.repository.rpartition("/")[2]

    def __str__(self) -> str:
        return f"{self.repository}@{self.digest}"
