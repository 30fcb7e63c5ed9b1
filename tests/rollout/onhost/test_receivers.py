"""Who gets an alert."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from rollout.onhost.doctor import HEARTBEAT, PAGE
from rollout.onhost.prepare import only_with_files
from rollout.onhost.receivers import notifications
from tests.repository import REPOSITORY

OURS = yaml.safe_load((REPOSITORY / "monitoring" / "alertmanager.yml").read_text(encoding="utf-8"))


def config(*routes: dict[str, Any]) -> dict[str, Any]:
    receivers = [{"name": "nobody"}, *({"name": name, f"{name}_configs": [{}]} for name in ("webhook", "email"))]
    return {"route": {"receiver": "nobody", "routes": list(routes)}, "receivers": receivers}


def test_ours_send_pages_and_the_heartbeat_once_their_secrets_are_there() -> None:
    assert (notifications(OURS, PAGE), notifications(OURS, HEARTBEAT)) == (
        ["webhook", "slack", "email"],
        ["webhook"],
    )
    without, _ = only_with_files(OURS, lambda path: Path(path).name == "heartbeat_url")
    assert (notifications(without, PAGE), notifications(without, HEARTBEAT)) == ([], ["webhook"])


@pytest.mark.parametrize(
    "matches",
    [
        {"matchers": ['severity="page"']},
        {"matchers": ["severity = page"]},
        {"matchers": ['severity=~"page|warning"']},
        {"matchers": ['severity!="none"', 'team=""']},
        {"matchers": ['"severity"!~"none"']},
        {"match": {"severity": "page"}},
        {"match_re": {"severity": "p.*"}},
        {},
    ],
)
def test_a_route_is_matched_in_every_notation(matches: dict[str, Any]) -> None:
    assert notifications(config({"receiver": "webhook", **matches}), PAGE) == ["webhook"]


@pytest.mark.parametrize(
    "matcher", ['severity="none"', 'severity=~"pag"', 'severity!="page"', 'team="ours"', "nonsense", 'severity=~"("']
)
def test_a_route_that_does_not_match_leaves_the_alert_to_the_one_above(matcher: str) -> None:
    assert notifications(config({"receiver": "webhook", "matchers": [matcher]}), PAGE) == []


def test_the_first_route_takes_the_alert_unless_it_says_continue() -> None:
    webhook, email = {"receiver": "webhook"}, {"receiver": "email"}
    assert notifications(config(webhook, email), PAGE) == ["webhook"]
    assert notifications(config({**webhook, "continue": True}, email), PAGE) == ["webhook", "email"]


def test_a_child_without_a_receiver_has_that_of_the_route_above() -> None:
    child = {"matchers": ['severity="page"']}
    assert notifications(config({"receiver": "email", "routes": [child]}), PAGE) == ["email"]
