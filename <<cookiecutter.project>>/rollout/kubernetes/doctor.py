"""`rollout doctor` in a cluster: asks, and judges what it found."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from rollout.errors import Forbidden, RolloutError
from rollout.finding import Finding, ok, problem, warning
from rollout.kubernetes.access import NEEDED, Access
from rollout.kubernetes.analysis import Object
from rollout.kubernetes.look import look, running
from rollout.kubernetes.port import Looker
from rollout.kubernetes.seen import Run, Service
from rollout.kubernetes.stale import APPLY, differences
from rollout.policy.plan import Plan
from rollout.text import listed, moment, short

T = TypeVar("T")
CONTROLLERS = "kubectl get deployments -A -l app.kubernetes.io/name=argo-rollouts"
LOGS = "kubectl logs -A -l app.kubernetes.io/name=argo-rollouts --tail 50"
TWO = 2
"""With leader election, a second controller goes on when the first one dies."""


@dataclass(frozen=True)
class Facts:
    """What did not answer is None, and `troubles` says why. `policy` is the plan of rollout.yaml, or why there is none;
    `denied` is what the user may not do; `controllers` are Argo's Deployments, None if the user may not see them."""

    namespace: str
    service: Service | None
    templates: Sequence[Object]
    policy: Plan | str
    denied: Sequence[Access]
    controllers: Sequence[Object] | None
    troubles: dict[str, str] = field(default_factory=dict)


def examine(cluster: Looker, policy: Plan | str) -> list[Finding]:
    """Every finding, what is wrong before what is not."""
    return judge(collect(cluster, policy))


def collect(cluster: Looker, policy: Plan | str) -> Facts:
    """Never raises a RolloutError."""
    troubles: dict[str, str] = {}

    def tried(what: str, ask: Callable[[], T]) -> T | None:
        try:
            return ask()
        except RolloutError as error:
            troubles[what] = str(error)
            return None

    denied = tried("access", lambda: [each for each in NEEDED if not cluster.may(each)])
    return Facts(
        namespace=cluster.namespace,
        service=tried("cluster", lambda: look(cluster)),
        templates=tried("templates", cluster.templates) or [],
        policy=policy,
        denied=denied or [],
        controllers=tried("controller", lambda: visible(cluster)),
        troubles=troubles,
    )


def visible(cluster: Looker) -> list[Object] | None:
    try:
        return cluster.controllers()
    except Forbidden:
        return None


def judge(facts: Facts) -> list[Finding]:
    """Pure."""
    found = [
        *(problem("unknown", f"{what}: {why}", "kubectl cluster-info") for what, why in facts.troubles.items()),
        *access(facts),
        *controller(facts),
    ]
    if facts.service:
        found += [ok("cluster", f"the API server answers for the Rollout in the namespace {facts.namespace}")]
        found += [answers(facts.service), *engine(facts.service), *rendered(facts, facts.service)]
        found += [prometheus(facts.service)]
    return sorted(found, key=lambda each: ("problem", "warning", "ok").index(each.level))


def access(facts: Facts) -> Iterator[Finding]:
    if facts.denied:
        said = f"this user may not {listed([str(each) for each in facts.denied])}"
        yield problem("access", said, f"kubectl auth can-i --list -n {facts.namespace}")
    elif "access" not in facts.troubles:
        yield ok("access", "this user may do what the commands need")


def controller(facts: Facts) -> Iterator[Finding]:
    if facts.service and not facts.service.observed:
        yield problem("controller", "Argo Rollouts has not seen the newest change of the Rollout", LOGS)
    if facts.controllers is None:
        if "controller" not in facts.troubles:
            yield warning("controller", "this user may not look at the controllers of Argo Rollouts", CONTROLLERS)
        return
    running = sum((each.get("status") or {}).get("availableReplicas", 0) for each in facts.controllers)
    if not facts.controllers:
        yield warning("controller", "no Deployment of Argo Rollouts has its label", CONTROLLERS)
    elif running == 0:
        yield problem("controller", "no controller of Argo Rollouts runs: a bad canary would keep its traffic", LOGS)
    elif running < TWO:
        said = "one controller of Argo Rollouts runs: while it is down, a bad canary keeps its traffic"
        yield warning("controller", said, "kubectl scale -n argo-rollouts deployment/argo-rollouts --replicas 2")
    else:
        yield ok("controller", f"{running} controllers of Argo Rollouts run")


def answers(service: Service) -> Finding:
    stable = service.stable
    if stable is None:
        return warning("answers", "no release yet", "rollout start IMAGE@sha256:…  # docs/guides/kubernetes.md")
    said = f"{stable.ready} of {stable.replicas} pods of stable, {short(stable.release)}, are ready"
    if stable.ready == 0:
        return problem("answers", said, f"kubectl describe pods -n {service.namespace} -l app=agent")
    return ok("answers", said)


def engine(service: Service) -> Iterator[Finding]:
    if attempt := running(service):
        yield ok("engine", f"{attempt.name} is running, or its gates are still active")


def rendered(facts: Facts, service: Service) -> Iterator[Finding]:
    """Without the templates, `unknown` says why."""
    if isinstance(facts.policy, str):
        yield warning("rendered", facts.policy, "rollout check")
    elif "templates" not in facts.troubles:
        different = list(differences(facts.policy, service.rollout, facts.templates))
        if different:
            said = f"the objects are not what rollout.yaml renders to: {'; '.join(different)}"
            yield problem("rendered", said, f"rollout render && {APPLY}")
        else:
            yield ok("rendered", "the objects are what rollout.yaml renders to")


def prometheus(service: Service) -> Finding:
    """As the newest analysis found it: only the controller has to reach Prometheus."""
    runs = [run for attempt in service.attempts for run in attempt.runs if last_at(run)]
    if not runs:
        return warning(
            "prometheus", "no gate was measured yet, so nothing shows that Prometheus answers", "rollout status"
        )
    run = max(runs, key=last_at)
    for metric in run.metrics.values():
        last = metric.measurements[-1] if metric.measurements else None
        if last and last.phase == "Error":
            said = f"{metric.name} had no usable answer at {moment(last.finished)}: {last.message}"
            return problem("prometheus", said, "kubectl get analysistemplates -o yaml  # spec.args has its address")
    return ok("prometheus", f"Prometheus answered every gate at {moment(last_at(run))}")


def last_at(run: Run) -> float:
    """When it measured last; 0 if it has not."""
    return max((each.measurements[-1].finished for each in run.metrics.values() if each.measurements), default=0.0)
