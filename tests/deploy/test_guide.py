"""The guide lists every variable of the host, with its default."""

import re

from tests.deploy.composed import NAME, variables
from tests.repository import REPOSITORY

GUIDE = REPOSITORY / "docs" / "guides" / "prepare-a-host.md"
ROW = re.compile(r"^\| `([A-Z_]+)` \| (.+?) \|.*\|$", re.MULTILINE)


def test_the_guide_lists_exactly_the_variables_of_the_host_with_their_defaults() -> None:
    rows = dict(ROW.findall(GUIDE.read_text(encoding="utf-8")))
    rows.pop(NAME)  # set by Compose
    assert set(rows) == set(variables())
    for name, defaults in variables().items():
        for default in defaults - {"$COMPOSE_PROJECT_NAME-engine"}:
            assert rows[name] == f"`{default}`"
