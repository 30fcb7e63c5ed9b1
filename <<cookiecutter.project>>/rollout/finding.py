"""One finding of `rollout doctor`: what was looked at, how it is, and the command that helps."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

Level = Literal["ok", "warning", "problem"]
Code = Literal[
    "unknown",
    "version",
    "clock",
    "disk",
    "memory",
    "part",
    "restart_policy",
    "restarts",
    "published",
    "certificate",
    "answers",
    "engine",
    "foreign",
    "kept",
    "journal",
    "targets",
    "alerts",
    "pages",
    "heartbeat",
    "delivery",
    "firing",
    "cluster",
    "access",
    "controller",
    "rendered",
    "prometheus",
]
"""What is looked at. A code stays the same when its message is reworded (docs/reference/json.md)."""

CODES: tuple[Code, ...] = get_args(Code)


@dataclass(frozen=True)
class Finding:
    """`command` is for a shell in the repository's top folder; None only if nothing is to be done."""

    code: Code
    level: Level
    message: str
    command: str | None = None


def ok(code: Code, message: str) -> Finding:
    return Finding(code, "ok", message)


def warning(code: Code, message: str, command: str) -> Finding:
    return Finding(code, "warning", message, command)


def problem(code: Code, message: str, command: str) -> Finding:
    return Finding(code, "problem", message, command)


def lines(findings: Sequence[Finding]) -> Iterator[str]:
    """For people: a line for each finding, its command below it, and a last line that counts."""
    for each in findings:
        yield f"{each.level:8} {each.code:15} {each.message}"
        if each.command:
            yield f"{'':8} {'':15} {each.command}"
    yield f"{counted(findings, 'problem')}, {counted(findings, 'warning')}"


def counted(findings: Sequence[Finding], level: Level) -> str:
    many = count(findings, level)
    return f"{many} {level}{'' if many == 1 else 's'}"


def count(findings: Sequence[Finding], level: Level) -> int:
    return sum(each.level == level for each in findings)


def document(service: str, findings: Sequence[Finding]) -> dict[str, Any]:
    """For programs: what `rollout doctor --json` prints."""
    return {
        "service": service,
        "problems": count(findings, "problem"),
        "warnings": count(findings, "warning"),
        "findings": [in_json(each) for each in findings],
    }


def in_json(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "level": finding.level,
        "message": finding.message,
        "command": finding.command,
    }


def exit_code(findings: Sequence[Finding]) -> int:
    """0 if nothing is a problem, otherwise 1."""
    return int(count(findings, "problem") > 0)
