"""The commands that findings recommend, for a shell in the repository's top folder."""

COMPOSE = "docker compose -f deploy/docker/compose.yaml"
UP = f"{COMPOSE} up -d --wait"
REBUILD = f"{COMPOSE} up -d --wait --build"
PREPARE = f"{COMPOSE} run --rm prepare"
STATUS = "rollout status --all"
AMTOOL = "amtool --alertmanager.url=http://127.0.0.1:9093"


def set_variables(*variables: str) -> str:
    """Add variables to Compose's file, and have Compose apply them."""
    written = " ".join(f"'{each}'" for each in variables)
    return f"printf '%s\\n' {written} >> deploy/docker/.env && {UP}"


def tell_alertmanager(secret: str, container: str) -> str:
    """Store one of its secrets, and have it read its configuration again."""
    return f"rollout secret --for alerting {secret} < url.txt && {PREPARE} && docker kill -s HUP {container}"


def logs(container: str) -> str:
    return f"docker logs --tail 50 {container}"
