import io
from pathlib import Path

from rollout.rehearsal.movement import CLEAR, Movement, moved, size
from tests.waiting import wait_until


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(output: io.StringIO) -> str:
    """The output until something appears, at most 10 s, and after the end."""
    with Movement("haproxy: apt-get", output=output, quiet_seconds=0.01):
        wait_until(output.getvalue)
    return output.getvalue()


def test_without_a_terminal_it_writes_plain_lines() -> None:
    assert shown(io.StringIO()) == "haproxy: apt-get ... 0 s\n"


def test_on_a_terminal_it_updates_one_line_and_clears_it() -> None:
    assert shown(Terminal()).startswith(f"{CLEAR}haproxy: apt-get ... 0 s")
    assert shown(Terminal()).endswith(CLEAR)


def test_an_action_that_ends_at_once_prints_nothing() -> None:
    output = io.StringIO()
    with Movement("quick", output=output):
        pass
    assert output.getvalue() == ""


def test_it_shows_the_amount_of_data(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "archive").write_bytes(b"x" * 2_600_000)
    (tmp_path / "dangling").symlink_to("nowhere")
    assert moved("haproxy: apt-get", 4.4, size(tmp_path)) == "haproxy: apt-get ... 4 s, 3 MB"
