import re

import pytest

from rollout.report import gather, markdown
from rollout.report.markdown import fenced, plain
from tests.rollout.lines import story
from tests.rollout.report import examples
from tests.rollout.report.journals import Journal


def markdown_of(journal: Journal, *, alive: bool = False) -> str:
    return markdown(gather(story(journal), alive), "r.svg")


def without_code(text: str) -> str:
    return re.sub(r"(?ms)^(`{3,}).*?^\1$", "", text)


@pytest.mark.parametrize("make", examples.EXAMPLES.values(), ids=examples.EXAMPLES.keys())
def test_every_report_has_the_picture_and_each_section_once(make: type[Journal]) -> None:
    text = markdown_of(make())
    assert text.count("](r.svg)") == 1
    heads = re.findall("(?m)^## (.*)$", text)
    assert heads == [
        *(["Evals before the first user"] if "evals: " in text else []),
        "Steps",
        "Gates",
        "Traffic",
        "Who, what, when",
        "The policy, fixed before the rollout",
        "NIST AI RMF 1.0, Manage 4.1",
    ]


@pytest.mark.parametrize("make", examples.EXAMPLES.values(), ids=examples.EXAMPLES.keys())
def test_every_row_of_a_table_has_the_cells_of_its_head(make: type[Journal]) -> None:
    for table in re.findall(r"(?m)(?:^\|.*\n)+", without_code(markdown_of(make()))):
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}) == 1


def test_text_of_others_is_never_markup() -> None:
    text = without_code(markdown_of(examples.hostile()))
    assert "<script>" not in text.replace("\\<", "")
    assert not re.search(r"(?<!\\)[`*]c?[`*]?b", text)
    assert "[d](e)" not in text
    assert "ünïcode 🦊" in text


def test_a_code_block_holds_backticks_of_any_length() -> None:
    assert fenced("a ``` b\n````\n", "promql") == "`````promql\na ``` b\n````\n`````"


@pytest.mark.parametrize(
    ("content", "text"),
    [("a|b\nc", "a\\|b c"), ("new_exceptions", "new_exceptions"), ("_a_ ~b~", "\\_a\\_ \\~b\\~"), (5, "5")],
)
def test_plain_text_is_one_line_and_literal(content: object, text: str) -> None:
    assert plain(content) == text


def test_the_time_from_the_first_bad_answer_to_the_verdict_is_told() -> None:
    text = markdown_of(examples.rolled_back_at_5_percent())
    assert "- From the canary's first bad answer to the verdict: 3.4 s" in text
    assert "- From the verdict until stable had all traffic: 4 ms" in text
    assert "- From the verdict to the last request on the canary: 2.1 ms" in text


def test_lost_requests_are_told_by_kind_where_there_are_any() -> None:
    text = markdown_of(examples.unrestored())
    assert "lost: 15" in text
    assert "- Lost: 3 x reset, 12 x timeout" in text
    assert "- Lost:" not in markdown_of(examples.rolled_back_at_5_percent())


def test_requests_that_were_not_sent_in_time_are_told() -> None:
    journal = examples.aborted()
    journal[-1]["late"] = 1234
    assert "- Skipped, because too many requests were unanswered: 1,234" in markdown_of(journal)


def test_that_the_router_could_not_be_told_is_told() -> None:
    text = markdown_of(examples.unrestored())
    assert "- Stable could not be given all traffic: the router does not answer at admin.sock: " in text
    assert "the lease expired, so the router returned all traffic to stable" in text.lower()
    assert "Only the router knows where the traffic is." in markdown_of(examples.unrestored_after_promotion())


def test_without_a_load_the_numbers_are_the_routers() -> None:
    text = markdown_of(examples.engine_died())
    assert "- Requests: sent: unknown, answered: 1,600, lost: unknown" in text
    assert "| my-agent@1.4.2 | stable | 1,400 | unknown |" in text


def test_a_gate_by_a_label_says_so_and_names_the_worst() -> None:
    text = markdown_of(examples.new_alert())
    assert "**alerts** fails above 0, for the worst alertname:" in text
    assert "1 is above 0 (AgentDown)" in text


@pytest.mark.parametrize(
    ("journal", "said"),
    [
        (examples.rolled_back_at_5_percent(), "3.4 s after the canary's first bad answer"),
        (examples.aborted(), "jan overrode the rollout"),
        (examples.rolled_back_at_5_percent(), "confirmed 4 ms after the verdict that stable has all traffic"),
        (examples.promoted(), "the old release was kept for 20 s and can be stopped now"),
        (examples.engine_died(), "the lease expires and the router returns all traffic to stable"),
        (examples.died_when_promoting(), "Only the router knows where the traffic is"),
        (examples.promoted()[:-3], "the engine died after the promotion, so no gates are active"),
        (examples.promoted(), "No gate failed, so there was no incident to respond to"),
    ],
)
def test_manage_4_1_is_answered_part_by_part_with_what_this_rollout_shows(journal: Journal, said: str) -> None:
    nist = markdown_of(journal).split("## NIST")[1]
    assert said in nist
    asked = ["Monitoring plan", "Input from users", "Appeal and override", "Decommissioning", "Incident response"]
    assert all(f"| {part}" in nist for part in [*asked, "Recovery", "Change management"])


def counted() -> Journal:
    """One whose errors were counted, and are also compared with stable's."""
    journal = examples.promoted()
    rule = {"kind": "share", "certainty": 3.8, "times_stable": 3.0, "windows_seconds": [120.0, 600.0]}
    journal[0]["policy"]["gates"][0]["weighed"] = rule
    event = next(event for event in journal if event["event"] == "measured")
    event["gates"][0] |= {"value": 7 / 60, "bad": 7.0, "total": 60.0, "evidence": 1.8, "certainty": 3.8,
                          "stable": 2 / 1140, "stable_bad": 2.0, "stable_total": 1140.0}  # fmt: skip
    return journal


def test_a_gate_that_counts_shows_its_counts_its_evidence_both_limits_and_stables_value() -> None:
    text = markdown_of(counted())
    row = "| errors | above 5 % and 3 x stable | 11.7 % (7 of 60) | 1.8 of 3.8 | 0.175 % (2 of 1,140) | step 1, "
    assert row in text
    rule = "**errors** fails above 5 % and 3 x stable, with evidence of more than 3.8 standard deviations "
    assert f"{rule}within 2 m or 10 m:" in text


def test_a_gate_that_is_judged_by_its_value_shows_no_evidence() -> None:
    assert re.search(r"\| alerts \| above 0 \| 0 \|  \| - \| ", markdown_of(counted()))


def test_the_evals_are_listed_with_the_reason_of_each_that_failed() -> None:
    text = markdown_of(examples.failed_evals())
    assert "1 of 2 cases passed in 2.5 s: 50 %, floor 100 %: **failed**." in text
    assert "| sum | pass |  |" in text
    assert "| price | **fail** | '42' is not in " in text
