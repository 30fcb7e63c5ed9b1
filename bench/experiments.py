"""Experiments: false positives with 20 looks, the power of a plan, an assignment's time, a million users, the guide."""

from __future__ import annotations

import os
import random
import re
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bench.figure import Figure

SIMULATIONS, LOOKS, USERS_A_LOOK = 2_000, 20, 200
USERS = 1_000_000
WITHIN_SECONDS = 900.0
DEFINITION = re.compile(r"```yaml\n# experiments/cheaper-model.yaml\n(.+?)```", re.DOTALL)


def measure(repository: Path) -> list[Figure]:
    """The figures of the repository's experiments; its packages are on PYTHONPATH."""
    return [*false_positives(), *power(), *assignments(), *large_log(repository), *guide(repository)]


def false_positives() -> Iterator[Figure]:
    """Two equal variants, of whose users half complete their task."""
    from experiments.inference.contrast import Pair, contrast
    from experiments.inference.interval import fixed, sequence
    from experiments.inference.sums import Sums

    chance = random.Random(17)  # noqa: S311  a simulation
    wrong_fixed = wrong_sequence = 0
    for _ in range(SIMULATIONS):
        done, is_wrong_fixed, is_wrong_sequence = [0, 0], False, False
        for look in range(1, LOOKS + 1):
            users = look * USERS_A_LOOK
            done = [each + chance.getrandbits(USERS_A_LOOK).bit_count() for each in done]
            both = [Sums(users, each, users, each, users, each) for each in done]
            found = contrast([Pair(*both)])
            interval = fixed(found, 0.05)
            is_wrong_fixed |= not interval.low <= 0 <= interval.high
            interval = sequence(found, 0.05, 2 * LOOKS * USERS_A_LOOK)
            is_wrong_sequence |= not interval.low <= 0 <= interval.high
        wrong_fixed, wrong_sequence = wrong_fixed + is_wrong_fixed, wrong_sequence + is_wrong_sequence
    yield Figure(f"A/A, {LOOKS} looks: false with the usual test", 100 * wrong_fixed / SIMULATIONS, "%")
    yield Figure(f"A/A, {LOOKS} looks: false with a sequential plan", 100 * wrong_sequence / SIMULATIONS, "%", 5)


def power() -> Iterator[Figure]:
    """80 % -> 85 %, with as many users as the plan says."""
    from experiments.inference.contrast import Pair, contrast
    from experiments.inference.interval import fixed
    from experiments.inference.size import for_share
    from experiments.inference.sums import Sums

    chance = random.Random(18)  # noqa: S311  a simulation
    users, found = round(for_share(0.8, 0.85, (0.5, 0.5), 0.05, 0.8) / 2), 0
    for _ in range(SIMULATIONS):
        done = [sum(chance.random() < share for _ in range(users)) for share in (0.8, 0.85)]
        both = [Sums(users, each, users, each, users, each) for each in done]
        found += fixed(contrast([Pair(*both)]), 0.05).low > 0
    yield Figure(f"power planned as 80 %, {users} users of each", 100 * found / SIMULATIONS, "%")
    yield Figure("power: off the plan", abs(100 * found / SIMULATIONS - 80), "points", 2)


def assignments() -> Iterator[Figure]:
    from agent.experiments.assignment import bucket, chosen

    shares = [0.5, 0.5]
    names = [f"user-{number}" for number in range(USERS)]
    began = time.process_time()
    variants = [chosen(bucket("cheaper", name), shares) for name in names]
    yield Figure("an assignment, CPU", (time.process_time() - began) / USERS * 1e6, "us", 2)
    counts = Counter(variants)
    chi_square = sum((counts[index] - USERS / 2) ** 2 / (USERS / 2) for index in (0, 1))
    yield Figure(f"chi-square of {USERS:,} assignments (p = 0.001)", chi_square, "", 10.83)


def large_log(repository: Path) -> Iterator[Figure]:
    """A million exposed users, each with a run."""
    with tempfile.TemporaryDirectory() as folder:
        definitions, log = Path(folder, "experiments"), Path(folder, "log.db")
        definitions.mkdir()
        text = guides_definition(repository).replace("share: 95%", "share: 50%").replace("share: 5%", "share: 50%")
        (definitions / "cheaper-model.yaml").write_text(text)
        fill(repository, definitions, log)
        began, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        child_megabytes = in_child(repository, "decide", "--folder", str(definitions), "--log", str(log))
        yield Figure(f"{USERS:,} users decided", time.perf_counter() - began, "s", 10)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu_seconds = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
        yield Figure(f"{USERS:,} users decided: CPU", cpu_seconds, "s", 10)
        yield Figure(f"{USERS:,} users decided: memory", child_megabytes, "MB", 500)


def guide(repository: Path) -> Iterator[Figure]:
    """The guide's example with its 10,000 users, from the plan to the decision."""
    with tempfile.TemporaryDirectory() as folder:
        definitions, log = Path(folder, "experiments"), Path(folder, "log.db")
        definitions.mkdir()
        (definitions / "cheaper-model.yaml").write_text(guides_definition(repository))
        began = time.perf_counter()
        for command in ("rehearse", "decide"):
            in_child(repository, command, "--folder", str(definitions), "--log", str(log))
        yield Figure("the guide's experiment, rehearsed and decided", time.perf_counter() - began, "s", 300)


def guides_definition(repository: Path) -> str:
    found = DEFINITION.search((repository / "docs" / "guides" / "experiments.md").read_text(encoding="utf-8"))
    if found is None:
        raise LookupError("the guide has no definition")
    return found[1]


def fill(repository: Path, definitions: Path, log: Path) -> None:
    """A started experiment, and what the service would have written."""
    from agent.experiments.log import ADD, EXPOSE, unit_id

    in_child(repository, "rehearse", "--users", "1", "--folder", str(definitions), "--log", str(log))
    chance, name = random.Random(19), "cheaper-model"  # noqa: S311  a simulation
    rows = [(unit_id(name, f"made-up-{number}"), number) for number in range(USERS)]
    database = sqlite3.connect(log)
    with database:
        database.executemany(EXPOSE, ((name, unit, number % 2, "v1", float(number)) for unit, number in rows))
        database.executemany(
            ADD,
            (
                (name, unit, f"run-{number}", float(number), "answered", 100, chance.gauss(0.002, 0.0005), 0.5, None)
                for unit, number in rows
            ),
        )
    database.close()


def in_child(repository: Path, command: str, *options: str) -> float:
    """Run a command; returns the most memory of any child so far, in MB."""
    done = subprocess.run(
        [sys.executable, "-m", "experiments", command, "cheaper-model", *options],
        env={**os.environ, "PYTHONPATH": str(repository)},
        capture_output=True,
        text=True,
        timeout=WITHIN_SECONDS,
    )
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
