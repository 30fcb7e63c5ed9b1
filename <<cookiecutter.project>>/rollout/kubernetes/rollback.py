"""Restores a release by its name. "The previous one" is not safe: it may be a broken release."""

from collections.abc import Callable
from dataclasses import dataclass

from rollout.errors import AlreadyStable, NoOtherRelease
from rollout.image import Image
from rollout.journal.allowed import unverified
from rollout.kubernetes import orders
from rollout.kubernetes.examine import check_answers
from rollout.kubernetes.look import first_look, look, outlines, running
from rollout.kubernetes.port import Reader, Writer
from rollout.kubernetes.request import StartRequest
from rollout.kubernetes.seen import Attempt, Service
from rollout.kubernetes.start import begun, start
from rollout.onhost import survey
from rollout.onhost.engine_process import EXIT_CODES
from rollout.policy.plan import Plan
from rollout.text import Say


@dataclass(frozen=True)
class Rollback:
    """The attempt that restores the release. If the running rollout was ordered to roll back, its verdict will not be
    `promoted`, and `back_to` is the hash of the release that must serve then."""

    attempt: Attempt
    back_to: str | None = None

    def exit_code(self, verdict: str, cluster: Reader) -> int:
        """0 if the release was restored, and has ready pods."""
        if self.back_to is None:
            return EXIT_CODES[verdict]
        stable = look(cluster, self.attempt.hash).stable
        restored = verdict in ("rolled_back", "in_doubt") and stable and stable.hash == self.back_to and stable.ready
        return 0 if restored else EXIT_CODES["in_doubt"]


def rollback(
    cluster: Writer,
    release: str | None,
    policy: Callable[[], Plan],
    reason: str,
    say: Say,
    *,
    now: bool,
    unverified_because: str | None = None,
) -> Rollback:
    """Restore a release with the running rollout, or start a new rollout for it: with every gate, or without gates if
    `now`. Without a name, it is the last one that was stable. Only a new rollout needs the policy. Raises Refused."""
    service = first_look(cluster)
    attempt, stable = running(service), service.stable
    if attempt and stable and release in (None, stable.release):
        check_answers(stable)
        _, said = orders.give(cluster, attempt.name, "rollback", reason)
        say(said)
        return Rollback(attempt, stable.hash)
    wanted = release or previous(service)
    if stable and wanted == stable.release:
        check_answers(stable)
        raise AlreadyStable(f"{wanted} is already stable: there is nothing to do")
    request = StartRequest(
        Image.parse(wanted), policy(), at_once=reason if now else None, provenance=unverified(unverified_because)
    )
    return Rollback(begun(request, cluster, start(request, cluster, say)))


def previous(service: Service) -> str:
    """The last other release that was promoted, and was not taken back since. Raises NoOtherRelease."""
    stable = service.stable.release if service.stable else None
    for release in reversed(survey.history(outlines(service))):
        if release != stable:
            return release
    raise NoOtherRelease("Argo has kept no other release that was promoted: name the one to restore as IMAGE@sha256:…")
