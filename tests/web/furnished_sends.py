"""What a full library knows of mail that left: paired browsers, messages, doubtful attachments."""

from collections.abc import Mapping
from datetime import timedelta

from contentlib.library import Library
from contentlib.sending.reports import Doubtful, hold_for_review
from tests.cast import Cast
from tests.contentlib.sending.telling import item_of, message, newer_version, told
from tests.web import furnished_links as links
from tests.web.api.calling import Program, device_of, settle_uses
from web import create_app


def sends(library: Library, cast: Cast, assets: Mapping[str, str]) -> None:
    """Rosa's messages: a file that is outdated, a plain address, one to look at; her browsers."""
    now = library.clock.now()
    old = item_of(library, assets["deck"])
    newer_version(library, assets["deck"], at=now - timedelta(days=3))
    address = item_of(library, assets["plain"], as_address=True)
    many = tuple(f"buyer@{'a-very-long-company-name-' * n}.example" for n in (1, 2))
    told(library, message(library, cast.rosa, old, address, at=now - timedelta(days=2)))
    told(library, message(library, cast.wes, old, at=now - timedelta(days=2), recipients=many))
    told(library, message(library, cast.rosa, address, at=now - timedelta(days=1), recipients=many))
    found = {"version_id": old.version_id, "verdict": "pages of", "score": 0.3, "pages": [2, 3]}
    doubtful = Doubtful(f"{links.TITLE[:80]}.pdf", "a" * 64, (found,))
    with library.database.unit_of_work() as session:
        hold_for_review(session, message(library, cast.rosa), [doubtful], now=now)
    app = create_app(library)
    for who in (cast.rosa, cast.wes):
        browser = Program(app.test_client(), device_of(library, who).secret)
        browser.post("/extension/health", {"sites": {"gmail": {"state": "blind"}}})
    settle_uses(app)
