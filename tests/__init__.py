"""The tests of the template, and of the engine in a repository that was baked from it.

Modules that both test suites share are in the baked repository's tests/; Python finds them there as if they were here.
For this, folders that exist in both must not have an __init__.py.
"""

import sys

from tests.repository import REPOSITORY

__path__.append(str(REPOSITORY / "tests"))
sys.path.insert(1, str(REPOSITORY))  # its agent/ and rollout/, not installed ones
