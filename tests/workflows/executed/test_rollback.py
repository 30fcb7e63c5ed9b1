"""A rollback by hand goes to what was stable on the host before, and to nothing else."""

import pytest

from tests.host.images import Images
from tests.host.service import Service
from tests.host.traffic import served_by
from tests.workflows.executed.ground import Ground

pytestmark = [pytest.mark.docker, pytest.mark.workflows]


def test_an_image_that_nobody_reviewed_does_not_go_live(ground: Ground, serving: Service, images: Images) -> None:
    before, never = served_by(serving.url), images.release("never-reviewed")
    run = ground.roll_back(ground.origin.tag("5.0.0"), never, name="haste").finish()
    assert not run.green
    assert f"{never} was never stable here" in run.said("rollback")
    assert served_by(serving.url) == before
