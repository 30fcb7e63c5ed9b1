"""The settings: AGENT_* in the environment or in agent.env."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from agent.errors import StartError

PREFIX = "AGENT_"
ENV_FILE = "agent.env"
MCP_SERVER = r"[a-z][a-z0-9_]{0,31}=https?://[^\s,=@]+"
URL_SCHEMES = ("postgresql://", "postgres://")
LONGEST_DEADLINE_SECONDS = 120
"""The router and the stop of a container wait a little longer; a test of the template checks this."""

LONGEST_STOP_SECONDS = 125
"""The most of `unready_seconds` and `deadline_seconds` together: a container that takes longer to stop is killed."""

Count = Annotated[int, Field(le=10**15)]
"""Databases and floats hold no larger one exactly."""


class Settings(BaseSettings):
    """Each description completes "it should be ..."; start-up errors quote it with the example."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=ENV_FILE, extra="forbid", frozen=True, allow_inf_nan=False
    )

    model: str = Field(
        default="offline",
        min_length=1,
        description="a model's name: `offline`, with faults or without, or one that pydantic-ai knows",
        examples=["anthropic:claude-sonnet-5"],
    )
    fallback_model: str = Field(
        default="",
        description="the name of another model, which answers while the first one's API has an outage; empty for none",
        examples=["openai:gpt-5"],
    )
    fallback_after_seconds: float = Field(
        default=30,
        gt=0,
        description="for how long each of them is waited for, in seconds; in a stream, for its first event",
        examples=[30],
    )
    release: str = Field(
        default="dev",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@/+-]{0,254}$",
        description="the name of the immutable release: up to 255 letters, digits and . _ : @ / + -",
        examples=["v1.4.2"],
    )
    host: str = Field(
        default="127.0.0.1",
        min_length=1,
        description="the address to listen on",
        examples=["0.0.0.0"],  # noqa: S104
    )
    port: int = Field(
        default=8080, ge=0, le=65535, description="a port from 0 to 65535; 0 lets the kernel choose", examples=[8080]
    )
    auth: Literal["auto", "off"] = Field(
        default="auto",
        description="`auto`, which needs a token except on a loopback address without any; or `off`, behind a gateway "
        "that checks who calls",
        examples=["auto"],
    )
    page: Literal["auto", "on", "off"] = Field(
        default="auto",
        description="whether `/` is a page to try the agent: `auto`, only on a loopback address; `on`; or `off`",
        examples=["on"],
    )
    tokens_file: str = Field(
        default="/run/secrets/AGENT_TOKENS",
        min_length=1,
        description="the file with the tokens' hashes that `python -m agent.auth` writes",
        examples=["agent.tokens"],
    )
    requests_per_minute: Count = Field(
        default=600, ge=1, description="how many requests a minute a token may send", examples=[600]
    )
    conversations: str = Field(
        default="",
        repr=False,  # a URL has a password
        description="the SQLite file that keeps conversations, or the URL of a PostgreSQL database; empty keeps none",
        examples=["conversations.db"],
    )
    experiments: str = Field(
        default="",
        repr=False,  # a URL has a password
        description="the SQLite file with the log of experiments, or the URL of a PostgreSQL database; empty runs none",
        examples=["experiments.db"],
    )
    data_folder: str = Field(
        default="",
        description="the folder of these two files; empty for the working directory; set by a host",
        examples=["/var/lib/agent"],
    )
    keep_conversations_days: float = Field(
        default=30, gt=0, description="after how many days an unused conversation is deleted", examples=[30]
    )
    keep_answers_hours: float = Field(
        default=24,
        gt=0,
        description="for how long the answer to an `Idempotency-Key` is kept, in hours",
        examples=[24],
    )
    keep_answers: Count = Field(
        default=1_000, ge=1, description="how many such answers are kept of each token, the newest", examples=[1_000]
    )
    manage_context: bool = Field(
        default=True,
        description="whether old turns and tool results are left out of what no longer fits the model's context window",
        examples=["true"],
    )
    context_summaries: bool = Field(
        default=False,
        description="whether the model summarises the turns that are left out, which costs a request each time",
        examples=["true"],
    )
    prompt_caching: bool = Field(
        default=False,
        description="whether instructions, tools and conversation are marked for the prompt cache of the model's API, "
        "which changes nothing where the API caches by itself",
        examples=["true"],
    )
    context_window_tokens: Count | None = Field(
        default=None,
        ge=1,
        description="the size of the model's context window in tokens, where the one that pydantic-ai knows is wrong",
        examples=[200_000],
    )
    deadline_seconds: float = Field(
        default=LONGEST_DEADLINE_SECONDS,
        gt=0,
        le=LONGEST_DEADLINE_SECONDS,
        description=f"the longest a run may take, in seconds, up to {LONGEST_DEADLINE_SECONDS}",
        examples=[LONGEST_DEADLINE_SECONDS],
    )
    max_run_requests: Count = Field(default=50, ge=1, description="the most model requests of one run", examples=[50])
    max_run_tool_calls: Count | None = Field(
        default=None, ge=1, description="the most successful tool calls of one run, if limited", examples=[100]
    )
    max_run_cost_usd: float | None = Field(
        default=None, gt=0, description="the most that one run may cost, in USD, if limited", examples=[0.5]
    )
    budget_tokens: Count | None = Field(
        default=None, ge=1, description="the most tokens of all runs of a day (UTC), if limited", examples=[50_000_000]
    )
    budget_cost_usd: float | None = Field(
        default=None,
        gt=0,
        description="the most that all runs of a day (UTC) may cost, in USD, if limited",
        examples=[100],
    )
    caller_budget_tokens: Count | None = Field(
        default=None,
        ge=1,
        description="the most tokens of one caller's runs of a day (UTC), if limited",
        examples=[1_000_000],
    )
    caller_budget_cost_usd: float | None = Field(
        default=None,
        gt=0,
        description="the most that one caller's runs of a day (UTC) may cost, in USD, if limited",
        examples=[5],
    )
    tool_timeout_seconds: float = Field(
        default=30, gt=0, description="the longest that one tool call may take, in seconds", examples=[30]
    )
    max_tool_result_characters: Count = Field(
        default=20_000, ge=1, description="how much of a tool's result the model gets, in characters", examples=[20_000]
    )
    mcp_servers: str = Field(
        default="",
        pattern=rf"^({MCP_SERVER}(,{MCP_SERVER})*)?$",
        description="MCP servers whose tools the agent has too, each as NAME=URL, separated by commas",
        examples=["weather=https://mcp.example.com/mcp"],
    )
    cancel_on_disconnect: bool = Field(
        default=False,
        description="whether a client that leaves before its answer ends its run, unless it sent an `Idempotency-Key`",
        examples=["true"],
    )
    max_running: Count = Field(default=1_000, ge=1, description="the most runs at once", examples=[100])
    max_queued: Count = Field(
        default=200, ge=0, description="the most runs that wait for one of those to end", examples=[200]
    )
    max_wait_seconds: float = Field(
        default=5, ge=0, le=60, description="the longest such a wait, in seconds, up to 60", examples=[5]
    )
    log_format: Literal["auto", "json", "text"] = Field(
        default="auto",
        description="`json`, one object a line; `text`, for people; or `auto`, which is text on a terminal",
        examples=["json"],
    )
    log_users: bool = Field(
        default=False, description="whether the log has the name of the token and the `x-user-id`", examples=["true"]
    )
    log_tasks: bool = Field(default=False, description="whether the log has the text of each task", examples=["true"])
    traces_url: str = Field(
        default="",
        pattern=r"^(https?://\S+)?$",
        description="the OTLP/HTTP address that takes traces; empty for none",
        examples=["http://collector:4318/v1/traces"],
    )
    unready_seconds: float = Field(
        default=0,
        ge=0,
        le=60,
        description="how long a stop waits, not ready, before it closes the listener, in seconds, up to 60",
        examples=[5],
    )

    @property
    def conversations_file(self) -> str:
        """The path of `conversations`, if it is one; empty without."""
        return self._path(self.conversations)

    @property
    def experiments_file(self) -> str:
        """The path of `experiments`, if it is one; empty without."""
        return self._path(self.experiments)

    def _path(self, file: str) -> str:
        return str(Path(self.data_folder, file)) if file else ""

    @model_validator(mode="after")
    def _stops_in_time(self) -> Self:
        if self.unready_seconds + self.deadline_seconds > LONGEST_STOP_SECONDS:
            raise ValueError(
                f"AGENT_UNREADY_SECONDS={self.unready_seconds:g} and AGENT_DEADLINE_SECONDS={self.deadline_seconds:g} "
                f"should be at most {LONGEST_STOP_SECONDS} together, or a stop kills running requests, for example "
                f"{LONGEST_STOP_SECONDS - self.deadline_seconds:g} and {self.deadline_seconds:g}"
            )
        return self


def is_url(setting: str) -> bool:
    """Whether the setting `conversations` or `experiments` is the URL of a database and not a file."""
    return setting.lower().startswith(URL_SCHEMES)


def load_settings() -> Settings:
    """Read the environment, then agent.env.

    Raises:
        StartError: a value is wrong, or agent.env has an unknown setting. One message lists all mistakes.
    """
    try:
        return Settings()
    except ValidationError as error:
        mistakes = "\n".join(f"  {_mistake(details)}" for details in error.errors())
        raise StartError(
            f"these settings are wrong:\n{mistakes}\nCorrect them in the environment or in {ENV_FILE}."
        ) from None


def _mistake(details: ErrorDetails) -> str:
    if not details["loc"]:  # about several settings: the message is ours
        return str(details["ctx"]["error"])
    name = str(details["loc"][0])
    field = Settings.model_fields.get(name)
    if field is None:  # its value is not shown: it may be a key
        known = ", ".join(PREFIX + known.upper() for known in Settings.model_fields)
        return f"{name.upper()} in {ENV_FILE} is not a setting; valid settings: {known}"
    example = (field.examples or [field.default])[0]
    return f"{PREFIX}{name.upper()}={details['input']} should be {field.description}, for example {example}"
