"""Why an update was refused. Nothing was changed then.

Refused
├── NotBaked         no repository, or none of this template
├── NotReady         uncommitted changes, a merge in progress, the wrong branch, untracked files in the way
├── UnknownVersion   a version that the template does not have
├── UnknownBase      the version that this repository was baked from is not known
└── GitFailed        git refused
"""

from __future__ import annotations


class Refused(Exception):
    """The message says what is wrong, and what to do."""


class NotBaked(Refused):
    pass


class NotReady(Refused):
    pass


class UnknownVersion(Refused):
    pass


class UnknownBase(Refused):
    pass


class GitFailed(Refused):
    pass
