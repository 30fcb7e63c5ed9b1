"""Which releases may go live. Pure."""

from collections.abc import Collection

from rollout.errors import Unverified
from rollout.journal.provenance import Provenance

FORMER = Provenance(kind="former")


def checked(given: Provenance | None, release: str, former: Collection[str]) -> Provenance:
    """`given`: the pipeline's, for a release that it verified and that was approved, or a person's reason; None: the
    release must have been stable here before. Raises Unverified."""
    if given is not None:
        return given
    if release in former:
        return FORMER
    raise Unverified(
        f"{release} was never stable here, and nothing shows that it was reviewed, signed and approved. "
        "Release it with a tag, or let it go live anyway with `--unverified REASON`, on the command line"
    )


def unverified(reason: str | None) -> Provenance | None:
    """A person's decision; None without a reason."""
    return Provenance(kind="unverified", reason=reason) if reason else None
