"""The router's configuration, and the folder with its split and its list of trusted addresses."""

from pathlib import Path

from rollout import durable
from rollout.router.aftermath import Aftermath
from rollout.router.haproxy import write_map
from rollout.router.split import everybody_on

CONFIG = Path(__file__).with_name("haproxy.cfg")


def prepare_folder(folder: Path, trusted: str) -> None:
    """Create the files that are missing; existing ones belong to rollouts and to people. `trusted` lists the addresses
    and networks, one per line, whose x-user-id is accepted."""
    wanted = {
        "split.map": write_map(everybody_on("blue").entries()),
        "aftermath.map": write_map(Aftermath().entries()),
        "trusted.lst": trusted,
    }
    for name, content in wanted.items():
        if not (folder / name).exists():
            durable.replace(folder / name, content)
