"""Every kind of visitor we know of, replayed: who it was, and what it was taken for.

`pytest -s tests/relevance/tracking` prints the table and the figures.
"""

from collections import Counter

import pytest

from contentlib.engagement.judging import Judgement, judge
from tests.relevance.tracking import people, programs
from tests.relevance.tracking.stage import Scenario, sitting_of

SCENARIOS = (*people.SCENARIOS, *programs.SCENARIOS)
HEADLINE = ("verified", "human")

# Eight of 60 people and five of 66 programs give too little away: they are unclear, which lowers
# recall and never precision.
PRECISION, RECALL = 1.0, 0.85


def _judged(scenario: Scenario) -> Judgement:
    return judge(sitting_of(scenario))


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_the_visitor_is_taken_for(scenario: Scenario) -> None:
    judgement = _judged(scenario)
    assert judgement.visitor_class == scenario.expected, judgement.reasons


def test_no_program_is_in_the_headline() -> None:
    programs_there = [
        scenario.name
        for scenario in SCENARIOS
        if scenario.truth == "machine" and _judged(scenario).visitor_class in HEADLINE
    ]
    assert not programs_there


def test_no_reader_who_must_count_is_left_out() -> None:
    left_out = [
        scenario.name
        for scenario in SCENARIOS
        if scenario.expected in HEADLINE and _judged(scenario).visitor_class not in HEADLINE
    ]
    assert not left_out


def test_every_scenario_has_a_name_of_its_own_and_there_are_many_of_each_kind() -> None:
    names = Counter(scenario.name for scenario in SCENARIOS)
    assert max(names.values()) == 1
    truths = Counter(scenario.truth for scenario in SCENARIOS)
    assert truths["person"] >= 40 and truths["machine"] >= 40 and truths["colleague"] >= 3


def test_precision_and_recall_of_people_and_machines_hold() -> None:
    taken = [(scenario, _judged(scenario)) for scenario in SCENARIOS]
    print()
    for scenario, judgement in taken:
        told = f"{judgement.visitor_class:9} {judgement.rule:16} {scenario.name}"
        print(f"{scenario.truth:9} {told}")
    for truth, classes in (("person", HEADLINE), ("machine", ("machine",))):
        there = [scenario.truth for scenario, found in taken if found.visitor_class in classes]
        precision = there.count(truth) / len(there)
        recall = there.count(truth) / sum(scenario.truth == truth for scenario, _ in taken)
        print(f"{truth}: precision {precision:.3f}, recall {recall:.3f} of {len(taken)} scenarios")
        assert precision >= PRECISION
        assert recall >= RECALL


def test_a_preview_is_news_by_the_name_of_the_service() -> None:
    news = {
        scenario.name: _judged(scenario).pasted_into
        for scenario in programs.SCENARIOS
        if _judged(scenario).rule == "unfurler"
    }
    assert news["Slack expands a link"] == "Slack"
    assert news["Teams shows a preview"] == "Microsoft Teams or Skype"
    assert news["iMessage poses as two crawlers"] == "iMessage"
    assert len(news) == 10
