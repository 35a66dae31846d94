"""What an import's first terms begin with."""

from contentlib.library import Library
from contentlib.taxonomy import service
from contentlib.taxonomy.known import known_term, known_terms, starting_terms
from contentlib.taxonomy.queries import vocabulary


def test_every_parent_is_a_common_term_itself() -> None:
    for terms in known_terms().values():
        labels = {term.label for term in terms}
        assert {term.parent for term in terms if term.parent} <= labels


def test_no_word_stands_for_two_terms_of_one_facet() -> None:
    for facet, terms in known_terms().items():
        names = [(name.casefold(), term.label) for term in terms for name in term.names]
        seen: dict[str, str] = {}
        for name, label in names:
            assert seen.setdefault(name, label) == label, f"{facet}: {name}"


def test_size_bands_begin_one_after_the_other() -> None:
    begins = [term.from_employees or 0 for term in known_terms()["size"]]
    assert begins == sorted(begins)
    assert begins[0] == 1


def test_a_common_term_is_known_by_label_and_words_however_written() -> None:
    for name in ("Insurance", "INSURERS", "reinsurance"):
        term = known_term("industry", name)
        assert term is not None
        assert term.label == "Insurance"
    assert known_term("industry", "Gyroscopes") is None


def test_a_name_of_our_own_begins_bare_and_a_common_one_with_words_and_family() -> None:
    begun = {term.label: term for term in starting_terms("industry", ["Insurance", "Gyroscopes"])}
    assert begun["Gyroscopes"].synonyms == ()
    assert "insurer" in begun["Insurance"].synonyms
    assert begun["Insurance"].parent == "Financial services"
    assert "Financial services" in begun


def test_a_family_takes_the_name_the_import_gives_it() -> None:
    begun = [t.label for t in starting_terms("industry", ["Insurance", "BFSI"])]
    assert begun == ["BFSI", "Insurance"]


def test_a_second_name_of_the_same_thing_stands_below_the_first() -> None:
    begun = {t.label: t for t in starting_terms("industry", ["Telecom", "Telecommunications"])}
    assert begun["Telecommunications"].parent == "Telecom"
    assert "Telecommunications" not in begun["Telecom"].synonyms


def test_stages_follow_each_other_as_they_do_everywhere() -> None:
    begun = [t.label for t in starting_terms("stage", ["Negotiation", "Won", "Discovery"])]
    assert begun == ["Discovery", "Negotiation", "Won"]


def test_an_import_into_an_empty_facet_makes_terms_with_families(library: Library) -> None:
    with library.database.unit_of_work() as session:
        service.ensure_starting_facets(session)
        service.add_unknown_terms(
            session,
            facet_key="region",
            names=["Germany", "Austria"],
            actor="import",
            now=library.clock.now(),
        )
    with library.database.reading() as session:
        words = vocabulary(session)
    germany, austria = words.term("region", "German"), words.term("region", "Austria")
    assert germany is not None
    assert austria is not None
    assert germany.parent_id == austria.parent_id
    dach = words.term("region", "DACH")
    assert dach is not None
    assert dach.id in words.ancestors(germany)
