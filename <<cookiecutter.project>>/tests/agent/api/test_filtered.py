"""The content filter of the model's API, as a client sees it."""

from pathlib import Path

from tests.agent.conftest import Serve
from tests.agent.samples import samples
from tests.agent.sse import events

SONG = {"task": "Sing me a song.", "conversation_id": "c-1"}
KIND = "urn:problem-type:agent:content-filter"


def test_a_filtered_run_is_a_problem_and_its_conversation_stays_as_it_was(serve: Serve, tmp_path: Path) -> None:
    place = str(tmp_path / "conversations.db")
    whole = serve(conversations=place)
    assert whole.post("/agent/run", json=SONG).status_code == 200
    before = whole.get("/agent/conversations/c-1").json()
    client = serve(conversations=place, model="offline:filter=1")
    response = client.post("/agent/run", json=SONG)
    assert (response.status_code, response.json()["type"]) == (422, KIND)
    assert client.get("/agent/conversations/c-1").json() == before
    found = samples(client)
    assert found["agent_runs_total", "filtered"] == 1
    assert found["agent_cost_usd_total", ""] > 0


def test_in_a_stream_it_is_an_event_after_what_was_written(serve: Serve) -> None:
    *pieces, last = events(serve(model="offline:filter=1").post("/agent/stream", json=SONG).text)
    assert {event.event for event in pieces} == {"token"}
    assert (last.event, last.data["type"], last.data["status"]) == ("error", KIND, 422)
