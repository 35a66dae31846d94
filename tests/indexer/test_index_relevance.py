"""The whole index with the real model: it finds by meaning what no word matches."""

from array import array

import pytest

from contentlib.ports import IndexedAsset, IndexedPassage, Permitted
from indexer.index import EmbeddedIndex

LIBRARY = [
    (
        "Harbour Bank opens accounts in a day",
        "A retail bank replaced paper forms and cut onboarding from two weeks to one day.",
        ("Case study", "Financial services"),
        "Customers used to sign nine forms at a branch. Now they finish on a phone, and the "
        "compliance officer sees every check in one place.",
    ),
    (
        "Lindgren Foods keeps its shelves full",
        "A grocery chain forecasts demand per store and wastes less fresh food.",
        ("Case study", "Retail"),
        "Each night the stock of four hundred stores is counted and tomorrow's deliveries are "
        "planned. Bread that is thrown away fell by a third.",
    ),
    (
        "Security and privacy, answered",
        "Certificates, data residency and encryption for the procurement team.",
        ("White paper", "Security"),
        "We are certified to ISO-27001 and SOC 2. Data stays in the region you choose and is "
        "encrypted with keys that you hold.",
    ),
    (
        "Against Veltrix: how to answer",
        "Where the competitor is strong, where it is weak, and what their customers say.",
        ("Battlecard",),
        "They are cheaper in the first year. Ask about the price of the connector packs, and who "
        "runs the upgrade.",
    ),
    (
        "Pricing one-pager",
        "Plans, seats and discounts at a glance.",
        ("Datasheet",),
        "Three plans, billed per seat and year. Volume discounts start at two hundred seats.",
    ),
]
ALL = Permitted("all", array("q", range(1, len(LIBRARY) + 1)))


@pytest.fixture(scope="module")
def index(real, tmp_path_factory):
    index = EmbeddedIndex(tmp_path_factory.mktemp("index"), real)
    index.replace(
        IndexedAsset(n, title, summary, facets, (IndexedPassage(n * 10, body),))
        for n, (title, summary, facets, body) in enumerate(LIBRARY, start=1)
    )
    return index


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "mode", "expected"),
    [
        ("credit institution wants quicker customer enrolment", "fused", 1),
        ("supermarket with too much spoilage", "vector", 2),
        ("where is our information stored, lawyers ask", "fused", 3),
        ("ISO-27001", "fused", 3),
        ("ISO-27001", "keyword", 3),
        ("veltri", "fused", 4),
        ("what does it cost", "vector", 5),
    ],
)
def test_the_right_asset_comes_first(index, text, mode, expected):
    assert index.search(text, among=ALL, limit=3, mode=mode)[0].asset_id == expected


@pytest.mark.slow
def test_a_question_the_library_answers_is_nearer_than_one_it_does_not(index):
    answered = index.search("bank onboarding on the phone", among=ALL, limit=1)[0]
    strange = index.search("recipe for a chocolate cake", among=ALL, limit=1)[0]
    assert answered.cosine > strange.cosine + 0.2


@pytest.mark.slow
def test_a_rebuild_with_the_same_texts_gives_the_same_answers(index):
    before = index.search("security questionnaire", among=ALL, limit=5)
    assets = [
        IndexedAsset(n, title, summary, facets, (IndexedPassage(n * 10, body),))
        for n, (title, summary, facets, body) in enumerate(LIBRARY, start=1)
    ]
    index.rebuild(assets)
    assert index.search("security questionnaire", among=ALL, limit=5) == before
