"""Why a release may go live, as its rollout's journal has it."""

from rollout.journal.written import Seconds, Text, Written


class Provenance(Written):
    """Why a release may go live. `kind`: `signed` by the release workflow and approved, `former`: stable on this host
    before, `unverified`: a person's decision, with a `reason`; empty in a rehearsal. `run` is the URL of the workflow
    run's attempt, `approved_at` is in epoch seconds."""

    kind: Text = ""
    reason: Text | None = None
    signed_by: Text | None = None
    repository_id: Text | None = None
    commit: Text | None = None
    run: Text | None = None
    approved_by: Text | None = None
    approved_at: Seconds | None = None
