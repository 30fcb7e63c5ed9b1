"""Writes docs/reference/settings.md from agent/settings.py: `python -m tests.settings_page`."""

from pathlib import Path

from agent.settings import PREFIX, Settings

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "settings.md"
COMMAND = "python -m tests.settings_page"

HEAD = f"""\
# Settings of the service

<!-- Written by `{COMMAND}`: change agent/settings.py instead. -->

Set them in `agent.env`, which is part of a release, or in the environment, which wins. `python -m agent --check`
validates them. On a host, secrets are files, never settings ([tokens](../guides/tokens.md)).

| Setting | Default | It should be |
|---|---|---|"""


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *map(row, Settings.model_fields)]) + "\n"


def row(name: str) -> str:
    field = Settings.model_fields[name]
    default = "" if field.default in (None, "") else f"`{shown(field.default)}`"
    return f"| `{PREFIX}{name.upper()}` | {default} | {field.description} |"


def shown(value: object) -> str:
    """A value as it is written in agent.env."""
    return str(value).lower() if isinstance(value, bool) else str(value)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"written: {PAGE}")
