"""The commands that findings recommend, for a shell in the repository's top folder. `compose` is `docker compose` with
the files of this host."""

from pathlib import PurePath

STATUS = "rollout status --all"
AMTOOL = "amtool --alertmanager.url=http://127.0.0.1:9093"


def compose(files: str) -> str:
    """`files` are those that made the host, on whatever machine, as Compose's label lists them."""
    names = [PurePath(each).name for each in files.split(",") if each] or ["compose.yaml"]
    return " ".join(["docker compose", *(f"-f deploy/docker/{name}" for name in names)])


def up(compose: str) -> str:
    return f"{compose} up -d --wait"


def set_variables(compose: str, *variables: str) -> str:
    """Add variables to Compose's file, and have Compose apply them."""
    written = " ".join(f"'{each}'" for each in variables)
    return f"printf '%s\\n' {written} >> deploy/docker/.env && {up(compose)}"


def prepare(compose: str) -> str:
    return f"{compose} run --rm prepare"


def tell_alertmanager(compose: str, secret: str, container: str) -> str:
    """Store one of its secrets, and have it read its configuration again."""
    return f"rollout secret --for alerting {secret} < url.txt && {prepare(compose)} && docker kill -s HUP {container}"


def logs(container: str) -> str:
    return f"docker logs --tail 50 {container}"
