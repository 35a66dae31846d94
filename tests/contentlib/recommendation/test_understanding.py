"""What is understood of a deal, however it is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contentlib.crm.deal_queries import DealFacts
from contentlib.errors import InvalidInput
from contentlib.recommendation.deal import MOST_PARTS, PART_CHARS, Deal, parts_of
from contentlib.recommendation.understanding import of_fields, of_opportunity, of_text
from tests.contentlib.taxonomy.words import WORDS, term

MAIL = """From: anna@lidl.example
Sent: Monday
> Callum,
> we run supermarkets in Germany, about 9,400 people.
Our CFO asks for a demo, and the union is nervous.
https://example.com/emea
"""


def _keys(deal: Deal) -> list[str]:
    return [chip.key for chip in deal.on]


def test_a_pasted_mail_gives_chips_in_the_vocabularys_order() -> None:
    deal = of_text(MAIL, WORDS)
    assert _keys(deal) == [
        "industry:grocery",
        "region:dach",
        "stage:evaluation",
        "persona:finance",
        "persona:works-council",
        "content_type:demo-script",
        "size:large",
    ]
    assert {chip.source for chip in deal.chips} == {"notes"}


def test_headers_quote_marks_and_addresses_are_no_words_of_the_buyer() -> None:
    said = of_text(MAIL, WORDS).notes
    assert "anna@lidl.example" not in said
    assert "example.com" not in said
    assert "Sent:" not in said
    assert ">" not in said
    assert "we run supermarkets" in said


@pytest.mark.parametrize("text", ["", "  \n", "> >\n--", "a@b.example"])
def test_a_text_without_words_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(InvalidInput, match="Paste"):
        of_text(text, WORDS)


@given(st.text(max_size=400))
def test_any_other_text_is_understood_somehow(text: str) -> None:
    try:
        deal = of_text(text, WORDS)
    except InvalidInput:
        return
    assert not deal.is_blank


@pytest.mark.parametrize(
    ("said", "size"),
    [("12k employees", "large"), ("12 people", "small"), ("1.200 staff", "large")],
)
def test_the_number_of_people_gives_the_size(said: str, size: str) -> None:
    assert f"size:{size}" in _keys(of_text(f"We have {said} in all.", WORDS))


def test_fields_are_terms_by_any_name_and_words_where_there_is_no_term() -> None:
    deal = of_fields(
        {
            "industry": "Supermarket chain",
            "country": "Germany",
            "contact": ["CFO", "Beamline head"],
            "employees": "1,200",
            "pain": "queues",
            "note": "every morning",
            "customer": "Lidl",
            "colour": "blue",
        },
        WORDS,
    )
    assert _keys(deal) == [
        "industry:grocery",
        "region:dach",
        "persona:finance",
        "persona:~Beamline head",
        "size:large",
    ]
    assert (deal.pain, deal.notes, deal.account) == ("queues", "every morning", "Lidl")
    assert deal.ignored == ("colour",)
    assert deal.ways_to_ask == (
        "queues",
        "every morning",
        "Grocery. DACH. Finance. Beamline head",
    )


@pytest.mark.parametrize(
    "fields",
    [{}, {"colour": "blue"}, {"industry": ""}, {"employees": 10**9}, {"notes": {"a": 1}}],
)
def test_fields_that_say_nothing_or_nonsense_are_refused(fields: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        of_fields(fields, WORDS)


def _facts(notes: str, *terms: tuple[str, str, str], employees: int | None = None) -> DealFacts:
    ids = tuple((source, term(facet, name).id) for source, facet, name in terms)
    return DealFacts(7, "d7", "Deal", 3, "Acme Ltd", employees, None, "EUR", notes, ids)


def test_a_crm_record_is_read_with_where_each_thing_stands() -> None:
    facts = _facts(
        "The union fears it.",
        ("account", "industry", "Grocery"),
        ("deal", "stage", "Discovery"),
        ("contacts", "persona", "Finance"),
        employees=40,
    )
    deal = of_opportunity(facts, WORDS)
    assert [(chip.key, chip.source) for chip in deal.chips] == [
        ("industry:grocery", "account"),
        ("stage:discovery", "deal"),
        ("persona:finance", "contacts"),
        ("persona:works-council", "notes"),
        ("size:small", "account"),
    ]
    assert (deal.account, deal.account_id, deal.opportunity_id) == ("Acme Ltd", 3, 7)


def test_notes_do_not_overrule_what_the_crm_settles() -> None:
    facts = _facts(
        "They asked what retailers and chemicals do; a demo is wanted.",
        ("account", "industry", "Grocery"),
        ("deal", "stage", "Discovery"),
    )
    keys = _keys(of_opportunity(facts, WORDS))
    assert [key for key in keys if key.startswith(("industry", "stage"))] == [
        "industry:grocery",
        "stage:discovery",
    ]


def test_what_is_switched_off_neither_counts_nor_is_asked() -> None:
    deal = of_text(MAIL, WORDS).without(frozenset({"industry:grocery", "notes"}))
    assert "industry:grocery" not in _keys(deal)
    assert [chip.key for chip in deal.chips if not chip.is_on] == ["industry:grocery"]
    assert len(deal.ways_to_ask) == 1
    assert "Grocery" not in deal.ways_to_ask[0]
    everything = frozenset(chip.key for chip in deal.chips) | {"notes"}
    assert deal.without(everything).is_blank


def test_the_event_keeps_enough_to_ask_again() -> None:
    kept = of_text(MAIL, WORDS).without(frozenset({"size:large"})).as_json()
    assert kept["off"] == ["size:large"]
    assert {"key": "region:dach", "label": "DACH", "source": "notes", "on": True} in kept["chips"]
    assert "supermarkets" in kept["notes"]


@given(st.text(max_size=5000))
def test_a_long_text_is_cut_into_a_few_pieces_that_a_model_reads_whole(text: str) -> None:
    parts = parts_of(text)
    assert len(parts) <= MOST_PARTS
    assert all(0 < len(part) <= PART_CHARS and part in text for part in parts)
    if len(text) <= PART_CHARS:
        assert parts == ((text.strip(),) if text.strip() else ())
