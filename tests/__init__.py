"""The tests of the template, and of the engine in a repository that was baked from it.

What both repositories' tests are built of lies in the baked one's tests/: it is found there as if it lay here. So no
folder that both have may have an __init__.py.
"""

import sys

from tests.repository import REPOSITORY

__path__.append(str(REPOSITORY / "tests"))
sys.path.insert(1, str(REPOSITORY))  # its agent/ and rollout/, and none that may be installed
