"""The guide names every variable of the host, with its default."""

import re

from tests.deploy.composed import NAME, variables
from tests.repository import REPOSITORY

GUIDE = REPOSITORY / "docs" / "guides" / "prepare-a-host.md"
ROW = re.compile(r"^\| `([A-Z_]+)` \| (.+?) \|.*\|$", re.MULTILINE)


def test_every_variable_of_the_host_is_in_the_guide_with_its_default_and_no_other() -> None:
    rows = dict(ROW.findall(GUIDE.read_text(encoding="utf-8")))
    rows.pop(NAME)  # Compose's own
    assert set(rows) == set(variables())
    for name, defaults in variables().items():
        for default in defaults - {"$COMPOSE_PROJECT_NAME-engine"}:
            assert rows[name] == f"`{default}`"
