"""After the upload: deciding about twins, editing drafts together, publishing them."""

import pytest
from flask.testing import FlaskClient

from contentlib.asset import queries
from contentlib.library import Library
from contentlib.taxonomy import service as taxonomy
from tests.cast import Cast
from tests.factories import make_asset, sign_in
from tests.web.uploads import STORY, line, post, send, work
from web import create_app


@pytest.fixture
def mira(library: Library, cast: Cast) -> FlaskClient:
    """Mira's browser, signed in."""
    return sign_in(create_app(library).test_client(), cast.mira)


def test_the_same_text_in_another_file_asks_for_a_decision_and_becomes_a_new_version(
    library: Library, cast: Cast, mira: FlaskClient
) -> None:
    send(mira, "story.txt", STORY.encode())
    work(library)
    again = send(mira, "story again.txt", f"{STORY}\n\n\n".encode())
    work(library)
    twin = line(library, cast, again)
    assert (twin.state, twin.twin) == ("duplicate", "text")
    page = mira.get("/upload").text
    assert "The same text is already here as “story”." in page
    assert "Make it a new version" in page

    answer = post(mira, f"/upload/items/{again}/decision", choice="version")
    assert answer.status_code == 200
    work(library)
    settled = line(library, cast, again)
    assert settled.state == "imported"
    assert settled.asset is not None and settled.asset.version_number == 2


def test_the_same_text_may_be_kept_as_an_asset_of_its_own(
    library: Library, cast: Cast, mira: FlaskClient
) -> None:
    first = send(mira, "story.txt", STORY.encode())
    work(library)
    again = send(mira, "other.txt", f"{STORY}\n\n".encode())
    work(library)
    post(mira, f"/upload/items/{again}/decision", choice="separate")
    work(library)
    one, other = line(library, cast, first).asset, line(library, cast, again).asset
    assert one is not None and other is not None
    assert one.id != other.id


def test_the_very_same_file_offers_no_new_version_for_nothing_would_change(
    library: Library, cast: Cast, mira: FlaskClient
) -> None:
    send(mira, "story.txt", STORY.encode())
    work(library)
    again = send(mira, "story.txt", STORY.encode())
    work(library)
    assert line(library, cast, again).twin == "file"
    row = mira.get("/upload/rows", query_string={"id": again}).text
    assert "Keep as a separate asset" in row
    assert "Make it a new version" not in row


def test_a_decision_about_another_members_file_is_not_taken(library: Library, cast: Cast) -> None:
    app = create_app(library)
    mira = sign_in(app.test_client(), cast.mira)
    send(mira, "story.txt", STORY.encode())
    work(library)
    again = send(mira, "story.txt", STORY.encode())
    work(library)
    adam = sign_in(app.test_client(), cast.adam)
    answer = post(adam, f"/upload/items/{again}/decision", choice="separate")
    assert answer.status_code == 404
    assert line(library, cast, again).state == "duplicate"


def test_one_draft_is_edited_in_its_row(library: Library, cast: Cast, mira: FlaskClient) -> None:
    terms = _vocabulary(library)
    item = send(mira, "story.txt", STORY.encode())
    work(library)
    draft = line(library, cast, item).asset
    assert draft is not None
    answer = post(
        mira,
        f"/upload/assets/{draft.public_id}",
        title="How the queue went",
        audience="internal",
        content_type=str(terms["Case study"]),
        industry=[str(terms["Grocery"]), str(terms["Parcel"])],
    )
    assert answer.json == {"message": "Saved."}
    edited = line(library, cast, item).asset
    assert edited is not None
    assert (edited.title, edited.audience, edited.content_type) == (
        "How the queue went",
        "internal",
        "Case study",
    )
    assert edited.labels("industry") == ("Grocery", "Parcel")


def test_a_draft_cannot_lose_its_title(library: Library, cast: Cast, mira: FlaskClient) -> None:
    item = send(mira, "story.txt", STORY.encode())
    work(library)
    draft = line(library, cast, item).asset
    assert draft is not None
    answer = post(mira, f"/upload/assets/{draft.public_id}", title="  ")
    assert answer.status_code == 422
    assert answer.json["error"]["fields"] == {"title": "Give it a title."}


def test_several_drafts_get_the_same_facets_and_keep_what_was_left_open(
    library: Library, cast: Cast, mira: FlaskClient
) -> None:
    terms = _vocabulary(library)
    ids = [
        make_asset(library, f"Draft {n}", publish=False, terms={"product": ["Yard"]})
        for n in range(3)
    ]
    answer = post(mira, "/upload/edit", asset=ids[:2], industry=str(terms["Grocery"]), audience="")
    assert answer.json == {"message": "2 drafts changed."}
    with library.database.reading() as session:
        today = library.clock.now().date()
        found = [queries.visible_asset(session, cast.mira, i, today=today).line for i in ids]
    assert [one.labels("industry") for one in found] == [("Grocery",), ("Grocery",), ()]
    assert {one.labels("product") for one in found} == {("Yard",)}


def test_an_edit_of_several_is_all_or_nothing(
    library: Library, cast: Cast, mira: FlaskClient
) -> None:
    terms = _vocabulary(library)
    known = make_asset(library, "Draft", publish=False)
    answer = post(mira, "/upload/edit", asset=[known, "nothing"], industry=str(terms["Grocery"]))
    assert answer.status_code == 404
    with library.database.reading() as session:
        today = library.clock.now().date()
        found = queries.visible_asset(session, cast.mira, known, today=today).line
    assert found.labels("industry") == ()


def test_selected_drafts_are_published_together_and_a_published_one_stays(
    library: Library, cast: Cast, mira: FlaskClient
) -> None:
    ids = [make_asset(library, f"Draft {n}", publish=False) for n in range(2)]
    already = make_asset(library, "Out already")
    answer = post(mira, "/upload/publish", asset=[*ids, already])
    assert answer.json == {"message": "2 assets published."}
    with library.database.reading() as session:
        today = library.clock.now().date()
        for asset in ids:
            assert queries.visible_asset(session, cast.rosa, asset, today=today)


@pytest.mark.parametrize("path", ["/upload/publish", "/upload/edit"])
def test_nothing_selected_is_told_so(mira: FlaskClient, path: str) -> None:
    answer = post(mira, path, audience="internal")
    assert answer.status_code == 422
    assert answer.json["error"]["message"] == "Select at least one draft first."


def _vocabulary(library: Library) -> dict[str, int]:
    """Facets with two terms each; label -> id."""
    found = {}
    with library.database.unit_of_work() as session:
        taxonomy.ensure_starting_facets(session)
        for key, labels in (
            ("content_type", ("Case study", "Deck")),
            ("industry", ("Grocery", "Parcel")),
        ):
            facet = taxonomy.put_facet(
                session,
                key=key,
                label=key.replace("_", " ").title(),
                many=key != "content_type",
                position=0,
            )
            for label in labels:
                found[label] = taxonomy.put_term(session, facet=facet, label=label).id
    return found
