"""Plans the tool calls that solve a task's text. Pure: the same text gives the same calls."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any

# A part of a task can use the result before it: "... Then multiply that by 3."
BACK_REFERENCE = re.compile(r"\bthat\b", re.IGNORECASE)

NUMBER = r"(?:that\b|(?<![\d.])-?\d{1,15}(?:\.\d{1,15})?)"
DATE = r"\d{4}-\d\d-\d\d"


@dataclass(frozen=True)
class Call:
    """A tool and its arguments, where `that` means the previous result."""

    tool: str
    args: Mapping[str, Any]


@dataclass(frozen=True)
class Rule:
    """A phrase and its tool call: the arguments are the pattern's groups, or derived from them."""

    pattern: re.Pattern[str]
    tool: str
    expression: str | None


def _rule(tool: str, pattern: str, expression: str | None = None) -> Rule:
    return Rule(re.compile(pattern, re.IGNORECASE), tool, expression)


# If two patterns match at the same place, the first in this list wins. Each must take linear time: a task can have
# 20,000 digits.
RULES = (
    _rule(
        "calculate",
        rf"(?:what is )?(?P<share>{NUMBER}) ?(?:%|percent) of (?P<whole>{NUMBER})",
        "{share} / 100 * {whole}",
    ),
    _rule(
        "calculate",
        r"(?:what is|how much is|calculate|compute|work out)"
        r" (?P<expression>(?=(?:that\b|[\d\s().])*[-+*/%])(?:that\b|[\d\s+*/()-]|%(?! of)|\.(?=\d))+)",
    ),
    _rule("calculate", rf"multiply (?P<left>{NUMBER}) by (?P<right>{NUMBER})", "{left} * {right}"),
    _rule("calculate", rf"divide (?P<left>{NUMBER}) by (?P<right>{NUMBER})", "{left} / {right}"),
    _rule("calculate", rf"add (?P<right>{NUMBER}) to (?P<left>{NUMBER})", "{left} + {right}"),
    _rule("calculate", rf"subtract (?P<right>{NUMBER}) from (?P<left>{NUMBER})", "{left} - {right}"),
    _rule(
        "convert",
        rf"convert (?P<value>{NUMBER}) ?(?:many )?(?P<unit>[a-z]+) (?:in)?to (?P<to>[a-z]+)",
    ),
    _rule(
        "convert",
        rf"how many (?P<to>[a-z]+) are (?:there )?(?:in )?(?P<value>{NUMBER}) ?(?P<unit>[a-z]+)",
    ),
    _rule(
        "days_between",
        rf"(?:\bdays\b|how long)[^\d.?!]{{0,60}}(?P<start>{DATE})[^\d.?!]{{1,30}}(?P<end>{DATE})",
    ),
    _rule("date_after", rf"(?P<days>{NUMBER}) (?:many )?days? after (?P<start>{DATE}|that\b)"),
    _rule(
        "count_words",
        r'(?:how many words|count the words|number of words)[^"]{0,80}"(?P<text>[^"]*)"',
    ),
    _rule(
        "look_up",
        r"(?P<field>price|weight|stock|colour) of (?:the |an? )?"
        r"(?P<product>[a-z]+(?: (?!and |then )[a-z]+)?)",
    ),
)


# 'Call order_status with {"order": "A-17"}': for tools that no rule knows.
NAMED = re.compile(r"\bcall (?P<tool>[A-Za-z0-9_-]{1,64}) with (?P<args>\{[^{}]{0,2000}\})", re.IGNORECASE)


@lru_cache(maxsize=256)  # a run asks once per model request
def plan(task: str) -> tuple[Call, ...]:
    """The task's calls, in the order of its text; empty if the task matches no pattern."""
    found = [
        (match.start(), order, match, rule) for order, rule in enumerate(RULES) for match in rule.pattern.finditer(task)
    ]
    planned = [(start, order, match, _call(rule, match.groupdict())) for start, order, match, rule in found]
    planned += [(match.start(), -1, match, call) for match, call in _named(task)]
    calls, end = [], 0
    for start, _, match, call in sorted(planned, key=itemgetter(0, 1)):
        # Skip a match inside another one, for example in a quoted text.
        if start >= end:
            end = match.end()
            calls.append(call)
    return tuple(calls)


def resolve(call: Call, result_before: str) -> dict[str, Any]:
    """The call's arguments with `that` replaced by the number or date of the previous result."""
    value = result_before.split(" ", 1)[0]
    return {
        name: BACK_REFERENCE.sub(lambda _: value, text) if isinstance(text, str) and name != "text" else text
        for name, text in call.args.items()
    }


def _call(rule: Rule, groups: dict[str, str]) -> Call:
    args = {name: text if name == "text" else text.strip().lower() for name, text in groups.items()}
    return Call(rule.tool, args if rule.expression is None else {"expression": rule.expression.format(**args)})


def _named(task: str) -> Iterator[tuple[re.Match[str], Call]]:
    for match in NAMED.finditer(task):
        try:
            yield match, Call(match["tool"], json.loads(match["args"]))
        except ValueError:
            continue
