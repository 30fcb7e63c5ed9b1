"""Stands for `gh`: a repository on GitHub in one JSON file, which also notes each command. Run as a program.

python github.py STATE COMMAND...

`refuses` in the file: how the calls begin that GitHub answers with 404, as for a paid feature or an unknown user.
"""

import json
import sys
from pathlib import Path
from typing import Any

import jq  # built into `gh`

State = dict[str, Any]
ORGANISATIONS = {"id": 4711, "name": "main"}
"""A ruleset of the organisation, which a repository sees and can't change."""
OPTIONS = ("--method", "--input", "--field", "--jq", "--json", "--env", "--body", "--title", "--notes")
"""Those with a value of their own; others are flags, as `--clobber`, or `--prerelease=true`."""


def main() -> int:
    path = Path(sys.argv[1])
    state: State = json.loads(path.read_text()) if path.exists() else {"calls": [], "bodies": {}, "values": {}}
    command, options = parsed(sys.argv[2:])
    typed = "--input" in options or (command[1:2] == ["set"] and "--body" not in options)
    text = sys.stdin.read() if typed else ""
    state["calls"].append(sys.argv[2:])
    refuses = any(" ".join(command).startswith(call) for call in state.get("refuses", []))
    answer = None if refuses else answered(state, command, options, text)
    path.write_text(json.dumps(state))
    if answer is None:
        print("gh: Not Found (HTTP 404)", file=sys.stderr)
        return 1
    if "--jq" not in options:
        print(json.dumps(answer))
        return 0
    for found in jq.compile(options["--jq"]).input_value(answer):
        print(found if isinstance(found, str) else json.dumps(found, separators=(",", ":")))
    return 0


def parsed(words: list[str]) -> tuple[list[str], dict[str, str]]:
    """The command's positional arguments, and its options."""
    command, options = [], {}
    rest = iter(words)
    for word in rest:
        if word in OPTIONS:
            options[word] = next(rest)
        elif word.startswith("--"):
            name, _, options[name] = word.partition("=")
        else:
            command.append(word)
    return command, options


def answered(state: State, command: list[str], options: dict[str, str], text: str) -> Any:
    """GitHub's answer; None for what it does not have."""
    match command:
        case ["repo", "view"]:
            return {"nameWithOwner": "my-org/my-agent", "isPrivate": state.get("private", False)}
        case ["api", path]:
            path = path.removeprefix("repos/my-org/my-agent/")
            if "--method" in options:
                return written(state["bodies"], path, options["--method"], body(options, text))
            return read(state["bodies"], path)
        case ["release", verb, tag, *files]:
            return released(state.setdefault("releases", {}), verb, tag, options, files)
        case [("variable" | "secret") as kind, "list"]:
            prefix = f"{kind} {options.get('--env', 'none')} "
            return [{"name": name.removeprefix(prefix)} for name in state["values"] if name.startswith(prefix)]
        case [("variable" | "secret") as kind, "set", name]:
            state["values"][f"{kind} {options.get('--env', 'none')} {name}"] = options.get("--body", text)
            return {}
        case [("variable" | "secret") as kind, "delete", name]:
            return state["values"].pop(f"{kind} {options.get('--env', 'none')} {name}", None) and {}
    raise SystemExit(f"a command that this GitHub does not know: {command}")


def body(options: dict[str, str], text: str) -> Any:
    """What is sent: standard input, or one field, from a file."""
    if "--field" not in options:
        return json.loads(text)
    name, _, path = options["--field"].partition("=@")
    return {name: Path(path).read_text()}


def released(releases: State, verb: str, tag: str, options: dict[str, str], files: list[str]) -> Any:
    """None for a release that is not there, or twice."""
    if (verb == "create") == (tag in releases):
        return None
    release = releases.setdefault(tag, {"prerelease": "", "files": []})
    release["prerelease"] = options.get("--prerelease", release["prerelease"])
    release["files"] = sorted({*release["files"], *files})
    if verb == "create":
        release["published_with"] = sorted(files)
    return release


def written(bodies: State, path: str, method: str, body: Any) -> Any:
    """POST adds to a collection, PUT puts in place. None for what belongs to the organisation."""
    if path == f"rulesets/{ORGANISATIONS['id']}":
        return None
    if method == "POST":
        path = f"{path}/{sum(name.startswith(f'{path}/') for name in bodies) + 1}"
    bodies[path] = body
    return body


def read(bodies: State, path: str) -> Any:
    path, _, query = path.partition("?")
    inside = {name: body for name, body in bodies.items() if name.rpartition("/")[0] == path}
    match path.split("/"):
        case ["user"]:
            return {"login": "ada", "id": len("ada")}
        case ["users", name]:
            return {"id": len(name)}
        case ["issues", _, "comments"]:
            return bodies.get(path, [])
        case ["rulesets"]:
            own = [{"id": int(name.rpartition("/")[2]), "name": body["name"]} for name, body in inside.items()]
            return own if "includes_parents=false" in query else [*own, ORGANISATIONS]
        case [*_, "deployment-branch-policies"]:
            return {"branch_policies": list(inside.values())}
        case ["environments", _] if path in bodies:
            people = [{"type": each["type"], "reviewer": {"id": each["id"]}} for each in bodies[path]["reviewers"]]
            return {"protection_rules": [{"type": "required_reviewers", "reviewers": people}] if people else []}
    return bodies.get(path)


if __name__ == "__main__":
    sys.exit(main())
