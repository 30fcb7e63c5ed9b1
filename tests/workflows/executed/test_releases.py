"""A tag becomes a release: a good one serves, and a bad one is rolled back."""

import base64
import re

import pytest

from tests.host.service import Service
from tests.host.traffic import Traffic, served_by
from tests.workflows.executed.act import Run
from tests.workflows.executed.ground import CANARIES, NAME, Ground

pytestmark = [pytest.mark.docker, pytest.mark.workflows]

GOOD, BAD = "v2.0.0", "v2.1.0"
FAILS_OFTEN = {"Dockerfile": (r"ENV AGENT_HOST=0\.0\.0\.0", "ENV AGENT_MODEL=offline:errors=0.2 AGENT_HOST=0.0.0.0")}
"""Only the image is bad, so that no test and no rehearsal of the code detects it."""


@pytest.fixture(scope="module")
def good(ground: Ground, serving: Service) -> Run:
    run = ground.push_tag(ground.origin.tag(GOOD[1:]), whole=True)
    ground.wait_for_build(run, GOOD)
    with Traffic(serving.url) as traffic:
        run.finish()
    assert traffic.counts.lost == 0, traffic.counts
    return run


@pytest.fixture(scope="module")
def bad(ground: Ground, serving: Service, good: Run) -> Run:
    assert good.green
    run = ground.push_tag(ground.origin.tag(BAD[1:], FAILS_OFTEN))
    ground.wait_for_build(run, BAD)
    with Traffic(serving.url) as traffic:
        run.finish()
    assert traffic.counts.lost == 0, traffic.counts
    return run


def test_a_good_release_passes_every_job_and_nothing_is_restored(good: Run) -> None:
    assert good.green, good.said()[-4000:]
    assert set(good.results().values()) == {"success"}
    assert {"check", "lint", "test", "images", "rehearse", "required"} <= good.results().keys()
    assert {"build", "sign", "approve", "deploy", "evidence"} <= good.results().keys()
    assert "restore" not in good.results()


def test_the_digest_that_was_built_is_the_one_that_was_signed_and_that_serves(
    ground: Ground, serving: Service, good: Run
) -> None:
    assert good.green
    built = ground.built(GOOD)
    workflow = f"https://github.com/{NAME}/.github/workflows/release.yml@refs/tags/{GOOD}"
    assert [image for image, who in ground.signed() if who == workflow] == [built["agent"], built["engine"]]
    assert served_by(serving.url) == built["agent"]
    assert built["agent"] in good.summary("sign")


def test_the_tested_and_scanned_image_has_the_same_layers_as_the_released_one(ground: Ground, good: Run) -> None:
    assert good.green
    scanned = {note["inputs"]["image"]: note["layers"] for note in ground.notes(GOOD, "anchore/scan-action")}
    released = {note["inputs"]["target"]: note["layers"] for note in ground.notes(GOOD, "docker/build-push-action")}
    assert scanned == {"candidate:ci": released["agent"], "candidate-engine:ci": released["engine"]}


def test_the_build_requests_a_bill_of_materials_and_provenance(ground: Ground, good: Run) -> None:
    assert good.green
    for note in ground.notes(GOOD, "docker/build-push-action"):
        asked = note["inputs"]
        assert (asked["push"], asked["sbom"], asked["provenance"]) == ("true", "true", "mode=max")
        assert f"VERSION={GOOD[1:]}\n" in asked["build-args"]


def test_the_summary_shows_the_rehearsals_and_the_rollout_with_a_picture_each(ground: Ground, good: Run) -> None:
    assert good.summary("rehearse").count("xychart-beta") >= 2
    assert "xychart-beta" in good.summary("evidence")
    assert ground.built(GOOD)["agent"] in good.summary("evidence")
    (uploaded,) = ground.notes(GOOD, "actions/upload-artifact", "evidence")
    assert {"status.txt", "evidence.md"} < set(uploaded["files"])


def test_one_page_is_attached_to_the_release_and_says_what_who_when_and_how_it_went(ground: Ground, good: Run) -> None:
    assert good.results()["attach"] == "success"
    text = (ground.folder / "uploaded" / GOOD / "release" / "evidence.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {GOOD}: Promoted")
    assert "| Signed by | https://github.com/" in text
    assert "UTC by ada |" in text
    assert "| deploy | success |" in text


def test_a_bad_release_makes_the_run_red_and_the_old_release_serves(ground: Ground, serving: Service, bad: Run) -> None:
    assert not bad.green
    results = bad.results()
    assert (results["build"], results["deploy"], results["restore"]) == ("success", "failure", "success")
    assert served_by(serving.url) == ground.built(GOOD)["agent"]
    assert f"All traffic is already on {ground.built(GOOD)['agent']}" in bad.summary("restore")


def test_its_summary_says_why(ground: Ground, bad: Run) -> None:
    # The release fails one request in five with one type of exception, so either gate may detect it first.
    for job in ("restore", "evidence"):
        assert re.search(r"Rolled back .*: (errors|new_exceptions: ModelHTTPError)[: ]", bad.summary(job)), job
    assert ground.built(BAD)["agent"] in bad.summary("evidence")


def test_no_secret_is_in_any_log_summary_or_artifact(ground: Ground, good: Run, bad: Run) -> None:
    assert good.process.returncode != bad.process.returncode
    written = list(ground.written())
    assert any(GOOD in str(path) and path.name == "log" for path, _ in written)
    assert any(path.name == "status.txt" for path, _ in written)
    for name, secret in CANARIES.items():
        for form in (secret, base64.b64encode(secret.encode()).decode().rstrip("=")):
            assert [str(path) for path, text in written if form in text] == [], name
