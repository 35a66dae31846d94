"""Searching, for programs."""

import time

from flask import Blueprint, request
from pydantic import Field

from contentlib.ids import public_id
from contentlib.search.queries import Result, find
from contentlib.search.service import Answered
from contentlib.taxonomy.queries import vocabulary
from web.api import narrowed, recording
from web.api.bearer import viewer
from web.api.operation import operation
from web.api.shapes import Answer, FacetPair, PassageFound, Question, Words
from web.transaction import library, session

bp = Blueprint("search", __name__)


class SearchQuery(Question):
    """What is sought, among what."""

    q: Words = Field(min_length=1, max_length=500, description="Words, as a person would type them")
    facet: list[FacetPair] = Field([], description="Narrow; repeatable")
    sendable: bool = Field(False, description="Only what may go to a buyer")
    as_typed: bool = Field(False, description="Mend no typing mistakes")
    limit: int = Field(10, ge=1, le=50, description="Results")
    preview: bool = Field(
        False, description="Not a search that anybody settled on: nothing is recorded"
    )


class SearchResult(Answer):
    """An asset found."""

    asset_id: str
    external_id: str | None
    title: str
    score: float
    confident: bool = Field(description="Whether it fits, rather than being the nearest there is")
    reasons: list[str]
    passage: PassageFound | None


class SearchAnswer(Answer):
    """What was found, best first."""

    id: str = Field(description="Of this search, as its events name it")
    results: list[SearchResult]
    total: int
    searched_for: str = Field(description="The words that were answered: typing mistakes mended")
    confident: bool = Field(description="false: nothing here fits, these are the nearest")
    took_ms: float


@bp.get("/search")
@operation("search", query=SearchQuery, answer=SearchAnswer, failures=(503,))
def search(query: SearchQuery) -> SearchAnswer:
    """The best assets for the words among those the token's member may see.

    Counts as a search of that member, and its results as shown, unless `preview` is set.
    """
    words = vocabulary(session())
    chosen = narrowed.chosen(query.facet, words, sendable=query.sendable)
    begun = time.perf_counter()
    found = find(
        session(),
        library().index,
        library().permitted,
        viewer(),
        text=query.q,
        today=library().clock.now().date(),
        floor=library().settings.search_floor,
        narrowing=chosen.narrowing,
        limit=query.limit,
        words=words,
        spelling=None if query.as_typed else library().spelling,
    )
    took_ms = (time.perf_counter() - begun) * 1000
    answered = Answered(
        public_id=public_id(),
        text=query.q,
        facets=chosen.terms_by_facet,
        asset_ids=tuple(result.line.id for result in found.results),
        confident=found.confident,
        surface=recording.SURFACE,
    )
    if not query.preview and request.method != "HEAD":
        recording.searched(answered)
    return SearchAnswer(
        id=answered.public_id,
        results=[_result(result) for result in found.results],
        total=found.total,
        searched_for=found.mended.text,
        confident=found.confident,
        took_ms=round(took_ms, 1),
    )


def _result(result: Result) -> SearchResult:
    return SearchResult(
        asset_id=result.line.public_id,
        external_id=result.line.external_id,
        title=result.line.title,
        score=round(result.score, 6),
        confident=result.confident,
        reasons=[agreement.in_words for agreement in result.agreements],
        passage=PassageFound.of(result.passage),
    )
