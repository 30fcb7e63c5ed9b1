"""pydantic-evals is installed without its requirements: all but one are met by what the service has."""

from importlib.metadata import requires, version

from packaging.requirements import Requirement


def test_only_the_version_of_the_agent_framework_differs_from_what_it_requires() -> None:
    required = [Requirement(text) for text in requires("pydantic-evals") or ()]
    unmet = {
        each.name
        for each in required
        if (each.marker is None or each.marker.evaluate({"extra": ""})) and version(each.name) not in each.specifier
    }
    assert unmet <= {"pydantic-ai-slim"}
