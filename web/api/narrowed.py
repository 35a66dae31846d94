"""What a program narrows a list to: `facet=industry=retail` pairs, and only what may be sent."""

from collections.abc import Sequence

from werkzeug.datastructures import MultiDict

from contentlib.errors import InvalidInput
from contentlib.taxonomy.queries import Vocabulary
from web import narrowing


def chosen(pairs: Sequence[str], words: Vocabulary, *, sendable: bool = False) -> narrowing.Chosen:
    """The pairs as a narrowing: within a facet any will do, between facets all must hold.

    Raises InvalidInput for a facet or term that is not there: a program that misspells one
    must not take the whole library for its answer.
    """
    asked: list[tuple[str, str]] = [("sendable", "1")] if sendable else []
    for pair in pairs:
        facet, _, name = pair.partition("=")
        term = words.term(facet, name)
        if term is None:
            raise InvalidInput(f"There is no term {pair}.", {"facet": _known(words, facet)})
        asked.append(("facet", f"{facet}:{term.key}"))
    return narrowing.read(MultiDict(asked), words)


def _known(words: Vocabulary, facet_key: str) -> str:
    facet = words.facet(facet_key)
    if facet is None:
        return f"Facets are {', '.join(each.key for each in words.facets)}."
    return f"Terms of {facet.key} are {', '.join(term.key for term in facet.terms[:50])}."
