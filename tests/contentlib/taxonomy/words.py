"""A small vocabulary made by hand, for rules that read one."""

from contentlib.taxonomy.queries import FacetView, TermView, Vocabulary

_TERMS: dict[str, list[tuple[str, str | None, tuple[str, ...]]]] = {
    "industry": [
        ("Retail", None, ("retailer", "shops")),
        ("Grocery", "Retail", ("supermarket",)),
        ("Fashion", "Retail", ()),
        ("Chemicals", None, ("hazmat",)),
        ("Information Technology", None, ("IT",)),
    ],
    "region": [
        ("Europe", None, ("EMEA",)),
        ("DACH", "Europe", ("Germany", "German")),
        ("Nordics", "Europe", ()),
        ("United States", None, ("US", "USA")),
    ],
    "stage": [("Discovery", None, ()), ("Evaluation", None, ("demo",)), ("Closing", None, ())],
    "persona": [("Works council", None, ("union",)), ("Finance", None, ("CFO",))],
    "content_type": [("Case study", None, ("customer story",)), ("Demo script", None, ("demo",))],
    "product": [("Gate & Yard", None, ("yard",))],
    "size": [("Small", None, ("SMB",)), ("Large", None, ("enterprise",))],
}
_BANDS = {"Small": 1, "Large": 1000}


def vocabulary_of_tests() -> Vocabulary:
    facets, term_id = [], 0
    for number, (key, entries) in enumerate(_TERMS.items(), start=1):
        ids: dict[str, int] = {}
        terms = []
        for position, (label, parent, synonyms) in enumerate(entries):
            term_id += 1
            ids[label] = term_id
            terms.append(
                TermView(
                    id=term_id,
                    facet=key,
                    key=label.casefold().replace(" & ", "-").replace(" ", "-"),
                    label=label,
                    definition="",
                    parent_id=ids[parent] if parent else None,
                    position=position,
                    synonyms=synonyms,
                    review_months=None,
                    internal=False,
                    from_employees=_BANDS.get(label),
                )
            )
        is_ordered = key in ("stage", "size")
        facets.append(FacetView(number, key, key.title(), "", True, tuple(terms), is_ordered))
    return Vocabulary(tuple(facets))


WORDS = vocabulary_of_tests()


def term(facet: str, name: str) -> TermView:
    found = WORDS.term(facet, name)
    assert found is not None, name
    return found
