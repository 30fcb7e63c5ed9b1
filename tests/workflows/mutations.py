"""The protections in .github, each removed in one place."""

from typing import NamedTuple


class Mutation(NamedTuple):
    """A protection removed from a file, and the checks that must report it."""

    file: str
    old: str
    new: str
    red: set[str]


CI, RELEASE, ROLLBACK = "workflows/ci.yml", "workflows/release.yml", "workflows/rollback.yml"
UPDATE = "workflows/template-update.yml"
PUSH = 'git push --quiet origin "$branch"'
CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"
NOT_SUCCESS = "${{ always() && needs.deploy.result != 'success' && needs.deploy.result != 'skipped' }}"
QUEUE = '{group: "${{ needs.check.outputs.environment }}", cancel-in-progress: false, queue: max}'
BOTH_DIGESTS = 'python3 -m rollout.pipeline.digests "$IMAGE" "$AGENT" "$ENGINE"'
INJECTION = 'echo "${{ github.event.pull_request.title }}"'

MUTATIONS = {
    "a permission is widened": Mutation(
        CI, "contents: read # check out", "contents: write # check out", {"grants", "jactionlint"}
    ),
    "every job may write": Mutation(
        CI, "permissions: {}\n\nc", "permissions: write-all\n\nc", {"grants", "zizmor", "jactionlint"}
    ),
    "a pin is a tag": Mutation(CI, CHECKOUT, "actions/checkout@v7.0.1", {"zizmor", "jactionlint", "pins"}),
    "an action is new": Mutation(CI, "anchore/scan-action", "anchor/scan-action", {"pins"}),
    "the credentials stay": Mutation(
        CI, "with: {persist-credentials: false}", "with: {fetch-depth: 1}", {"zizmor", "jactionlint"}
    ),
    "a job may take for ever": Mutation(CI, "    timeout-minutes: 10\n", "", {"jactionlint"}),
    "untrusted text is code": Mutation(CI, "run: make lint", f"run: {INJECTION}", {"zizmor", "jactionlint"}),
    "the aggregator forgets a job": Mutation(
        CI, "[lint, test, images, rehearse]", "[lint, test, images]", {"required"}
    ),
    "the aggregator can be skipped": Mutation(
        CI, "    if: ${{ always() }} # a required", "    # a required", {"required", "jactionlint"}
    ),
    "every step of the evals knows the model's key": Mutation(
        "workflows/evals.yml",
        "    steps:\n",
        '    env: {KEY: "${{ secrets.EVALS_KEY }}"}\n    steps:\n',
        {"secrets"},
    ),
    "a worse prompt is merged": Mutation(CI, "      - run: make eval #", "      - run: make #", {"required"}),
    "a fork comments in our name": Mutation(
        CI,
        "&& github.event.pull_request.head.repo.full_name == github.repository }}",
        "&& github.event.pull_request.number > 0 }}",
        {"forks"},
    ),
    "a change writes its own comment": Mutation(
        CI, "            cat rehearsals/*/comment.txt\n", "            make comment\n", {"writers"}
    ),
    "a branch is released": Mutation(RELEASE, 'tags: ["v*"]', "branches: [main]", {"triggers"}),
    "a release by hand is of what somebody types": Mutation(
        RELEASE, "  workflow_dispatch: #", "  workflow_dispatch: {inputs: {ref: {type: string}}} #", {"triggers"}
    ),
    "a tag that started nothing can't be released": Mutation(RELEASE, "  workflow_dispatch: #", "  #", {"triggers"}),
    "a commit that nobody reviewed is released": Mutation(
        RELEASE, 'git merge-base --is-ancestor "$GITHUB_SHA" origin/main', 'git cat-file -e "$GITHUB_SHA"', {"triggers"}
    ),
    "a commit that is not on main is only mentioned": Mutation(
        RELEASE, 'tag a commit on main"; exit 1; }', 'tag a commit on main"; }', {"triggers"}
    ),
    "a tag is not compared with the version": Mutation(
        RELEASE, "run: .venv/bin/python -m rollout.pipeline facts\n", "run: echo version=1.0.0\n", {"triggers"}
    ),
    "a release is built unchecked": Mutation(RELEASE, "needs: [check, test]", "needs: [test]", {"triggers"}),
    "a lost runner restores nothing": Mutation(RELEASE, NOT_SUCCESS, "${{ failure() }}", {"giving_back"}),
    "restoring waits for people": Mutation(
        RELEASE,
        '{name: "${{ needs.check.outputs.environment }}", deployment: false} # has',
        "{name: release-approval, deployment: false} # has",
        {"environments"},
    ),
    "a pre-release reaches production": Mutation(
        RELEASE, "name: ${{ needs.check.outputs.environment }} # production", "name: production #", {"environments"}
    ),
    "production needs no approval": Mutation(
        RELEASE, "&& 'staging' || 'release-approval'", "&& 'staging' || 'staging'", {"environments"}
    ),
    "what is deployed nowhere is approved and deployed": Mutation(
        RELEASE, "    if: ${{ needs.check.outputs.environment != '' }} #", "    #", {"prereleases"}
    ),
    "a deploy needs no approval": Mutation(
        RELEASE, "needs: [check, build, approve]", "needs: [check, build]", {"prereleases"}
    ),
    "a version is not looked at": Mutation(
        RELEASE, "          VERSION: ${{ steps.facts.outputs.version }}\n", "", {"prereleases"}
    ),
    "the environment is made up": Mutation(
        RELEASE,
        "environment: ${{ steps.environments.outputs.environment }}",
        "environment: production",
        {"prereleases"},
    ),
    "a re-run of weeks ago counts as approved today": Mutation(
        RELEASE,
        "          APPROVED_AT: ${{ needs.approve.outputs.at }}\n",
        "          APPROVED_AT: ${{ github.run_id }}\n",
        {"approvals"},
    ),
    "an approval has no time": Mutation(RELEASE, "      at: ${{ steps.approval.outputs.at }}\n", "", {"approvals"}),
    "restoring does not know what was followed": Mutation(
        RELEASE, "      FOLLOWED: ${{ needs.deploy.outputs.followed }}\n", "", {"approvals"}
    ),
    "a deploy is cancelled": Mutation(RELEASE, QUEUE, "{group: production, cancel-in-progress: true}", {"queues"}),
    "a second deploy is dropped": Mutation(
        RELEASE, QUEUE, "{group: production, cancel-in-progress: false}", {"queues"}
    ),
    "a tag is signed": Mutation(RELEASE, BOTH_DIGESTS, "echo", {"digests"}),
    "what nobody signed is deployed": Mutation(RELEASE, "cosign verify", "cosign tree", {"digests"}),
    "what anybody signed is deployed": Mutation(
        RELEASE,
        '--certificate-identity "$GITHUB_SERVER_URL/$GITHUB_WORKFLOW_REF"',
        "--certificate-identity-regexp '.*'",
        {"digests"},
    ),
    "a rollback goes to what nobody reviewed": Mutation(
        ROLLBACK, '--reason="$REASON" --now', '--unverified="$REASON" --reason="$REASON" --now', {"reviewed"}
    ),
    "a release is started past the pipeline": Mutation(
        RELEASE,
        '-m rollout.pipeline deploy "$AGENT" "$ENGINE"',
        '-m rollout start "$AGENT" --engine "$ENGINE"',
        {"reviewed"},
    ),
    "a renamed repository can't go back": Mutation(
        ROLLBACK,
        "        run: .venv/bin/python -m rollout.pipeline target --going-back\n",
        "        run: .venv/bin/python -m rollout.pipeline target --going-back && "
        'python3 -m rollout.pipeline.digests "$IMAGE" "$RELEASE"\n',
        {"going_back"},
    ),
    "a private repository's name is published unasked": Mutation(
        RELEASE, "          PRIVATE: ${{ github.event.repository.private }}\n", "", {"prereleases"}
    ),
    "every step knows the key": Mutation(
        RELEASE,
        "STABLE: ${{ needs.deploy.outputs.stable }}",
        "SSH_KEY: ${{ secrets.SSH_KEY }}",
        {"secrets"},
    ),
    "a release restores a cache": Mutation(RELEASE, "cache-mode: none", "cache-mode: read", {"caches", "jactionlint"}),
    "a job that is re-run alone looks for an artifact of its attempt": Mutation(
        RELEASE,
        "name: ${{ needs.evidence.outputs.artifact }}",
        "name: evidence-${{ github.run_attempt }}",
        {"artifacts"},
    ),
    "a policy that is wrong is built for": Mutation(
        RELEASE, "        run: .venv/bin/python -m rollout.pipeline target\n", "        run: echo\n", {"targets"}
    ),
    "a rollback looks at no policy": Mutation(
        ROLLBACK, "rollout.pipeline target --going-back", "rollout.pipeline summary .", {"targets"}
    ),
    "linters are installed beside the keys": Mutation(
        ROLLBACK, "      - run: make command\n", "      - run: make setup\n", {"tools"}
    ),
    "an update comes at once": Mutation(
        "dependabot.yml", "cooldown: {default-days: 7}", "open-pull-requests-limit: 5", {"zizmor", "jactionlint"}
    ),
    "what was checked out may write": Mutation(
        RELEASE,
        '            gh release upload "$GITHUB_REF_NAME" --clobber evidence/*',
        "            python3 -m rollout.pipeline summary evidence",
        {"writers"},
    ),
    "the template's code may write": Mutation(UPDATE, PUSH, f"python3 -m upkeep\n          {PUSH}", {"writers"}),
    "an update goes to main": Mutation(UPDATE, PUSH, 'git push --quiet origin "$branch:main"', {"proposals"}),
    "an update merges itself": Mutation(UPDATE, PUSH, f"{PUSH}\n          gh pr merge --auto", {"proposals"}),
    "the template's code runs with a token that writes": Mutation(
        UPDATE, "      contents: read # check out", "      contents: write # check out", {"grants", "writers"}
    ),
    "a key is misspelt": Mutation(RELEASE, "timeout-minutes: 180", "timeout-minute: 180", {"jactionlint", "schema"}),
    "a variable is unquoted": Mutation("scripts/on-target", "umask", "echo $1; umask", {"shellcheck"}),
    "a line has no end": Mutation(CI, "run: make lint", f"run: make lint{' ' * 120}#", {"yamllint"}),
}
