"""Answers as data: sets that must bake, descriptions that try to break out, answers that must be refused."""

from __future__ import annotations

OPTION_SETS: dict[str, dict[str, str]] = {
    "defaults": {},
    "kubernetes": {"target": "kubernetes"},
    "Apache-2.0": {"license": "Apache-2.0"},
    "no licence": {"license": "none"},
    "nothing is a default": {
        "project": "invoice-helper-2",
        "description": "Answers questions about invoices.",
        "owner": "Acme-Corp",
        "registry": "localhost:5000/team-a",
        "model": "anthropic:claude-sonnet-5",
        "target": "kubernetes",
        "license": "Apache-2.0",
    },
}

HOSTILE_DESCRIPTIONS: dict[str, str] = {
    "empty": "",
    "double quotes": 'say "hello", """three""" and end with "',
    "single quotes": "it's '''three''' and an end'",
    "backslashes": 'C:\\new\\table \\" and an end\\',
    "a hash": "# a comment? #3",
    "a colon": "key: value: - [list, {a: b}]",
    "a dollar and braces": "${{ secrets.TOKEN }} ${HOME} $(id) `id`",
    "the usual delimiters": "{{ x }} {% if x %} {# gone? #}",
    "our delimiters": "<< cookiecutter.owner >> <% raise %> <# gone? #> << 1/0",
    "a comment of ours": "<# ours #> <# gone? #>",
    "the folder's name": "<<cookiecutter.project>>",
    "delimiters that close": ">> %> #> }} -%>",
    "markup": "<script>alert(1)</script> &amp; <!-- open",
    "a code fence": "``` never closed",
    "unicode": "Größe, 日本語, العربية, e\u0301",
    "emoji": "agents 🤖, families 👩\u200d👩\u200d👧",
    "300 characters": "long " * 60,
}

ACCEPTED: dict[str, list[str]] = {
    "project": ["a", "my-agent", "agent2", "a1-b2-c3", "a" * 40],
    "owner": ["a", "Acme-Corp", "octo_corp", "1st", "a" * 39],
    "registry": [
        "ghcr.io",
        "localhost",
        "localhost:5000",
        "registry:5000",
        "127.0.0.1:5000",
        "europe-west1-docker.pkg.dev/project-1/images",
    ],
    "model": [
        "offline",
        "offline:errors=0.1,latency=3s",
        "offline:exception=LookupError@0.01",
        "anthropic:claude-sonnet-5",
        "bedrock:us.amazon.nova-pro-v1:0",
        "openrouter:meta/llama-3.3",
    ],
    "target": ["docker", "kubernetes"],
    "license": ["MIT", "Apache-2.0", "none"],
    "description": list(HOSTILE_DESCRIPTIONS.values()),
}

REFUSED: dict[str, list[str]] = {
    "project": ["", "My-Agent", "my agent", "my_agent", "-a", "a-", "a--b", "2fast", "../a", "a/b", "/a", ".", "é",
                "a" * 41, "a\n", "$(id)", "a;b"],
    "owner": ["", "a b", "-a", "a-", "a/b", "a" * 40, "a'b", "a\n"],
    "registry": ["", "ghcr", "https://ghcr.io", "GHCR.io", "ghcr.io/", "ghcr.io/A", "ghcr.io:port", "ghcr.io #", "a\n"],
    "model": ["", "gpt 4", "gpt-4", "openai:", "openai:'x'", 'openai:"x"', "openai:$(id)", "openai:a#b", "offline\n"],
    "target": ["", "podman", "Docker"],
    "license": ["", "GPL", "mit"],
    "description": ["two\nlines", "a\ttab", "a bell\a", "no text \udcff", "separator \u2028"],
}  # fmt: skip
