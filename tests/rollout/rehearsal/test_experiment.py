"""An experiment during a rollout that is rolled back: a real router, Prometheus and engine, and two real releases."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPException
from pathlib import Path

import pytest

from agent.auth.tokens import Token, digest_of, text_of
from agent.experiments.assignment import bucket, chosen
from agent.experiments.log import unit_id
from experiments.file import load
from experiments.inference.contrast import Pair, contrast
from experiments.log import opened
from rollout.journal.state import State
from rollout.policy import file as policy_file
from rollout.policy.plan import plan
from rollout.rehearsal.baseline import value
from rollout.rehearsal.engine import follow, spec_on, start_canary, start_engine
from rollout.rehearsal.parts import tool
from rollout.rehearsal.stage import Stage
from tests.asking import Answer, ask
from tests.experiments.repository import Repository, created
from tests.repository import REPOSITORY
from tests.rollout.lines import last_of, read
from tests.rollout.policies import shipped
from tests.rollout.rehearsal.answering import until
from tests.waiting import wait_until

pytestmark = pytest.mark.parts

NAME, STABLE, CANDIDATE, SPEED = "brief", "v1", "v2", 20.0
DEFINITION = """\
why: A brief answer may be enough.
owner: Ana Horvat
unit: user
variants:
  control: {share: 45%}
  brief: {share: 45%, prompt: "Solve the task with your tools. Answer with the result and its unit, in few words..."}
primary: {metric: completion, minimum_effect: 5%, baseline: 90%}
guardrails:
  - {metric: cost_per_task, allow: 5%, baseline: 0.001, deviation: 0.001}
power: 80%
significance: 5%
"""
TASK, ANSWERS = "What is 2+2?", ("The answer is 4.", "4")
MANY, FEW = 200, 105
"""Users of the two variants who come first in one release: a release with 100 of each is compared within itself."""

ASKS = 3
"""How often each user asks in the release in which they come first."""

CANDIDATES_RUNS = (ASKS + 1) * (MANY + FEW)
"""All users' runs in the candidate, before it crashes."""

AT_ONCE = 6
WITHIN_SECONDS = 60.0


@dataclass
class Users:
    """Users with tokens, and what each of them has seen: the release and the variant of each answer, in order."""

    veterans: list[str]
    newcomers: list[str]
    bystanders: list[str]
    """They are in no variant, and only keep the traffic going."""

    seen: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    failed: int = 0

    @property
    def all(self) -> list[str]:
        return self.newcomers + self.veterans

    def write_tokens(self, path: Path) -> None:
        path.write_text(text_of(Token(user, digest_of(secret(user))) for user in self.all + self.bystanders))

    def ask(self, url: str, users: Sequence[str]) -> None:
        """Each of them asks once."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = list(pool.map(partial(answer_to, url), users))
        for user, answer in zip(users, answers, strict=True):
            if answer is None or answer.status != 200:
                assert answer is None or answer.status in (502, 503), answer
                self.failed += 1
            elif user not in self.bystanders:
                self.seen.setdefault(user, []).append((str(answer.release), ANSWERS.index(answer.body()["answer"])))


def answer_to(url: str, user: str) -> Answer | None:
    """None if the release crashed instead."""
    try:
        return ask(url, TASK, headers={"authorization": f"Bearer {secret(user)}"})
    except (OSError, HTTPException):
        return None


def secret(user: str) -> str:
    return f"agt_{user}"


def variant_of(user: str) -> int | None:
    return chosen(bucket(NAME, user), (0.45, 0.45))


def drawn() -> Users:
    """As many users of both variants, but most of the treatment's come first during the rollout: who compares all users
    at once takes a bad release for a bad variant."""
    names = [f"user-{number}" for number in range(4 * (MANY + FEW))]
    control, treatment, others = ([name for name in names if variant_of(name) == variant] for variant in (0, 1, None))
    both = MANY + FEW
    return Users(control[:MANY] + treatment[:FEW], control[MANY:both] + treatment[FEW:both], others[: 2 * AT_ONCE])


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))  # the engine's process finds `rollout` there
    wanted = plan(policy_file.parse(policy(), "rollout.yaml"), SPEED)
    with Stage(REPOSITORY, {name: tool(name) for name in ("haproxy", "prometheus")}, SPEED, wanted.lease_seconds) as it:
        yield it


def policy() -> str:
    """The shipped one, except that no gate on cost takes the candidate back before all have seen it."""
    text = shipped()
    assert "fail_above: 1.5x stable" in text
    return text.replace("fail_above: 1.5x stable", "fail_above: 10x stable")


async def roll_out(stage: Stage, state: State, users: Users, environment: dict[str, str]) -> None:
    """A release that costs more gets everybody, crashes after all have asked, and is rolled back."""
    stage.announce("green", CANDIDATE)
    await start_canary(
        stage, CANDIDATE, {**environment, "AGENT_MODEL": f"offline:cost=2.5,crash={CANDIDATES_RUNS + 20}"}
    )
    spec = spec_on(stage, state, "r", CANDIDATE, STABLE, policy(), first_weight=1.0)
    engine = start_engine(stage, spec)
    book = state.journal("r")
    following = asyncio.create_task(follow(engine, book, plan(policy_file.parse(policy(), "rollout.yaml"), SPEED)))
    await until(lambda: following.done() or (book.exists() and last_of(read(book), "shifted") is not None))
    assert not following.done(), engine.last_lines()
    await asyncio.to_thread(users.ask, stage.url, users.newcomers * ASKS)
    await asyncio.to_thread(users.ask, stage.url, users.veterans)
    assert not users.failed
    while not following.done():
        await asyncio.to_thread(users.ask, stage.url, users.bystanders)
    await following
    ended = last_of(read(book), "verdict")
    assert ended is not None, engine.last_lines()
    assert ended["verdict"] == "rolled_back", ended


def test_a_rollback_moves_no_user_between_variants_and_a_bad_release_counts_for_neither(
    stage: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    users, repository = drawn(), created(tmp_path / "my-agent", capsys)
    users.write_tokens(stage.folder / "tokens")
    environment = {
        "AGENT_MODEL": "offline",
        "AGENT_AUTH": "auto",
        "AGENT_TOKENS_FILE": str(stage.folder / "tokens"),
        "AGENT_EXPERIMENTS": str(repository.log),
    }
    stage.start_router()
    stage.start_prometheus()
    stable = stage.start_release("blue", STABLE, environment)
    stage.wait_for("blue", up=True, alive=stable)
    repository.commit(DEFINITION, NAME)
    assert repository.run("start", name=NAME)[0] == 0

    users.ask(stage.url, users.veterans * ASKS)
    scraped = f'sum(agent_runs_total{{release="{STABLE}"}})'
    wait_until(lambda: value(stage.prometheus, scraped) == ASKS * len(users.veterans), WITHIN_SECONDS)
    asyncio.run(roll_out(stage, State(stage.folder / "state"), users, environment))
    users.ask(stage.url, users.all)

    before_during_after(users)
    check_log(repository.log, users)
    check_analysis(repository)


def before_during_after(users: Users) -> None:
    """Everybody saw both releases, and one variant: the one of their hash."""
    assert len(users.seen) == len(users.all) == 2 * (MANY + FEW)
    for user, seen in users.seen.items():
        releases = [release for release, _ in seen]
        assert releases[-1] == STABLE
        assert releases[0] == (CANDIDATE if user in users.newcomers else STABLE)
        assert CANDIDATE in releases
        assert {variant for _, variant in seen} == {variant_of(user)}, (user, seen)


def check_log(log: Path, users: Users) -> None:
    """Each user once, with the release in which they came first; and every run."""
    with closing(sqlite3.connect(log)) as database:
        exposed = database.execute("SELECT unit, variant, release FROM exposures").fetchall()
        runs = database.execute("SELECT count(*) FROM outcomes WHERE outcome = 'answered'").fetchone()[0]
    expected = [(unit_id(NAME, user), variant_of(user), seen[0][0]) for user, seen in users.seen.items()]
    assert sorted(exposed) == sorted(expected)
    assert Counter((variant, release) for _, variant, release in exposed) == {
        (0, STABLE): MANY,
        (1, STABLE): FEW,
        (0, CANDIDATE): FEW,
        (1, CANDIDATE): MANY,
    }
    assert runs == sum(map(len, users.seen.values()))


def check_analysis(repository: Repository) -> None:
    """Brief answers cost less. Compared all at once they would cost more: most of their users came in the candidate."""
    code, found, _ = repository.run("status", name=NAME)
    assert code == 0
    assert (found["units"], found["broken_guardrails"]) == ({"control": MANY + FEW, "brief": MANY + FEW}, [])
    with opened(str(repository.log)) as there:
        metric = load(repository.folder / "experiments" / f"{NAME}.yaml").policy.guardrails[0].metric
        pairs = there.evidence(NAME, [metric]).measured[metric].pairs()
    assert len(pairs) == 2
    assert contrast([sum(pairs, Pair())]).difference > 0
    assert contrast(pairs).difference < 0
