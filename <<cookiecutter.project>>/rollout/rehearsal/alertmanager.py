"""Alertmanager beside a replay: the repository's routes, grouping and inhibition, with one receiver on this machine."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml


def to_one_receiver(config: Mapping[str, Any], url: str) -> dict[str, Any]:
    """The same configuration, but each receiver that sends anything sends it to `url` alone."""
    notified = [
        {"name": each["name"], "webhook_configs": [{"url": url}]} if len(each) > 1 else each
        for each in config["receivers"]
    ]
    return {**config, "receivers": notified}


def write(config: Path, url: str) -> None:
    """Rewrite the file for one receiver."""
    text = yaml.safe_dump(to_one_receiver(yaml.safe_load(config.read_text(encoding="utf-8")), url), sort_keys=False)
    config.write_text(text, encoding="utf-8")


def arguments(config: Path, data: Path, port: int) -> list[str]:
    """Without the port for other Alertmanagers, so that several replays can run."""
    return [
        f"--config.file={config}",
        f"--storage.path={data}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]
