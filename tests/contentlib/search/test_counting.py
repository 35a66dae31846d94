"""Counting an answer's facets in memory says what the database would say."""

from contentlib.asset.facet_counts import facet_counts_among
from contentlib.asset.traits import traits_of
from contentlib.library import Library
from contentlib.search.counting import facet_counts
from contentlib.taxonomy.queries import vocabulary
from contentlib.taxonomy.service import put_facet, put_term
from tests.factories import make_asset
from tests.web.browsing import asset_id


def test_counts_include_the_terms_above_and_each_asset_once(library: Library) -> None:
    ids = [
        asset_id(library, make_asset(library, title, terms=terms))
        for title, terms in (
            ("One", {"region": ["Austria", "Nordics"], "industry": ["Retail"]}),
            ("Two", {"region": ["Europe"]}),
            ("Three", {"industry": ["Parcel"]}),
            ("Four", {}),
        )
    ]
    with library.database.unit_of_work() as session:
        facet = put_facet(session, key="region", label="Region", many=True, position=2)
        europe = put_term(session, facet=facet, label="Europe")
        dach = put_term(session, facet=facet, label="DACH", parent=europe)
        put_term(session, facet=facet, label="Austria", parent=dach)
        put_term(session, facet=facet, label="Nordics", parent=europe)
    with library.database.reading() as session:
        words = vocabulary(session)
        held = [traits.term_ids for traits in traits_of(session, ids).values()]
        counted = facet_counts(words, held)
        assert counted == facet_counts_among(session, ids)
        assert {words.terms_by_id[term_id].label: n for term_id, n in counted.items()} == {
            "Europe": 2,
            "DACH": 1,
            "Austria": 1,
            "Nordics": 1,
            "Retail": 1,
            "Parcel": 1,
        }


def test_no_assets_have_no_counts(library: Library) -> None:
    with library.database.reading() as session:
        assert facet_counts(vocabulary(session), []) == {}
