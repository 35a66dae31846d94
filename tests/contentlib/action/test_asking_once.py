"""A content request told twice under one id is kept once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select

from contentlib.action.asking_once import request_content_once
from contentlib.action.models import ContentRequest
from contentlib.errors import Conflict, InvalidInput
from contentlib.library import Library
from tests.cast import Cast, hire


@pytest.fixture
def cast(library: Library) -> Cast:
    return hire(library)


def _ask(library: Library, cast: Cast, text: str = "A German one-pager", **context: str) -> int:
    with library.database.unit_of_work() as session:
        return request_content_once(
            session,
            public_id="the-same",
            viewer=cast.rosa,
            text=text,
            context=context,
            now=library.clock.now(),
        ).id


def _kept(library: Library) -> list[str]:
    with library.database.reading() as session:
        return [request.text for request in session.scalars(select(ContentRequest))]


def test_the_same_request_told_again_is_kept_once(library: Library, cast: Cast) -> None:
    first = _ask(library, cast, searched="works council")
    assert _ask(library, cast, " A German one-pager ", searched="works council") == first
    assert _kept(library) == ["A German one-pager"]


def test_another_request_under_the_same_id_is_a_conflict(library: Library, cast: Cast) -> None:
    _ask(library, cast)
    for text, context in (("A French one", {}), ("A German one-pager", {"searched": "x"})):
        with pytest.raises(Conflict):
            _ask(library, cast, text, **context)
    assert _kept(library) == ["A German one-pager"]


def test_an_empty_request_is_refused_and_leaves_its_id_free(library: Library, cast: Cast) -> None:
    with pytest.raises(InvalidInput):
        _ask(library, cast, "  ")
    _ask(library, cast)
    assert _kept(library) == ["A German one-pager"]


def test_the_same_request_told_at_the_same_moment_is_kept_once(
    library: Library, cast: Cast
) -> None:
    together = Barrier(4)

    def ask() -> int:
        together.wait()
        return _ask(library, cast)

    with ThreadPoolExecutor(4) as pool:
        ids = {told.result() for told in [pool.submit(ask) for _ in range(4)]}
    assert len(ids) == 1
    assert _kept(library) == ["A German one-pager"]
