"""What has happened, in sentences, the newest first."""

from rollout.dashboard.board import Board, Told
from rollout.dashboard.markup import section, toned
from rollout.report.picture.svg import element, escaped
from rollout.text import clock, moment

MOST = 200


def events(board: Board) -> str:
    started = board.story.started.time if board.story.started else 0.0
    items = [item(each, started) for each in reversed(board.told[-MOST:])]
    return section(
        "events", "Events", element("ul", *items, "", tabindex=0, aria_labelledby="events", **{"class": "events"})
    )


def item(told: Told, started: float) -> str:
    time, sentence = told
    at = element("time", escaped(clock(time - started)), title=moment(time))
    tone = "" if sentence.tone == "plain" else sentence.tone
    return element("li", at, " ", toned(sentence.text, tone))
