"""The scripts of .github."""

from tests.repository import REPOSITORY


def test_every_script_begins_by_failing_on_errors() -> None:
    scripts = (REPOSITORY / ".github" / "scripts").iterdir()
    assert [path.name for path in scripts if "\nset -euo pipefail\n" not in path.read_text()] == []
