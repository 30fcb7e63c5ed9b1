import json
from pathlib import Path

from rollout.metrics.targets import Target, write

OLD = Target("blue", "agent@old", "127.0.0.1:8001")
NEW = Target("green", "agent@new", "127.0.0.1:8002")


def test_each_release_is_a_target_with_its_slot_and_name(tmp_path: Path) -> None:
    write(tmp_path, [OLD, NEW], "127.0.0.1:8404")
    assert json.loads((tmp_path / "agent.json").read_text(encoding="utf-8")) == [
        {"targets": ["127.0.0.1:8001"], "labels": {"slot": "blue", "release": "agent@old"}},
        {"targets": ["127.0.0.1:8002"], "labels": {"slot": "green", "release": "agent@new"}},
    ]


def test_the_router_is_a_target_for_each_release_so_that_its_series_have_the_release(tmp_path: Path) -> None:
    write(tmp_path, [OLD, NEW], "127.0.0.1:8404")
    assert json.loads((tmp_path / "router.json").read_text(encoding="utf-8")) == [
        {"targets": ["127.0.0.1:8404"], "labels": {"slot": "blue", "release": "agent@old"}},
        {"targets": ["127.0.0.1:8404"], "labels": {"slot": "green", "release": "agent@new"}},
    ]


def test_a_release_that_replaces_another_in_its_slot_leaves_no_trace_of_it(tmp_path: Path) -> None:
    write(tmp_path, [OLD, NEW], "127.0.0.1:8404")
    write(tmp_path, [OLD, Target("green", "agent@newer", "127.0.0.1:8003")], "127.0.0.1:8404")
    for name in ("agent.json", "router.json"):
        assert 'agent@new"' not in (tmp_path / name).read_text(encoding="utf-8")


def test_without_a_release_there_are_no_targets(tmp_path: Path) -> None:
    write(tmp_path, [], "127.0.0.1:8404")
    assert json.loads((tmp_path / "router.json").read_text(encoding="utf-8")) == []


def test_only_the_two_files_remain_in_the_folder(tmp_path: Path) -> None:
    write(tmp_path, [OLD], "127.0.0.1:8404")
    assert {path.name for path in tmp_path.iterdir()} == {"agent.json", "router.json"}
