"""Which versions may reach production."""

import re

FINAL = re.compile(r"\d+(\.\d+)*(\.post\d+)?", re.ASCII)


def is_final(version: str) -> bool:
    """1.2.3 is; a pre-release, such as 1.2.3-rc1 or 1.2.3rc1, and anything unknown is not."""
    return bool(FINAL.fullmatch(version))
