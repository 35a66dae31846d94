"""Every implementation of a port keeps the port's promises."""

import io
from array import array
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest

from contentlib.adapters.fetch.web import HttpFetcher
from contentlib.adapters.files.directory import DirectoryFileStore
from contentlib.adapters.mail.mailers import MaildirMailer, open_mailer
from contentlib.errors import AddressRefused, InvalidInput, NotFound
from contentlib.ports import FileStore, IndexedAsset, IndexedPassage, Permitted, SearchIndex
from indexer import EmbeddedIndex
from tests.factories import WordIndex
from tests.indexer.hashing import HashingEmbedder

STORES: dict[str, Callable[[Path], FileStore]] = {"directory": DirectoryFileStore}
INDEXES: dict[str, Callable[[Path], SearchIndex]] = {
    "words": lambda _: WordIndex(),
    "embedded": lambda folder: EmbeddedIndex(folder, HashingEmbedder()),
}


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    return STORES[request.param](tmp_path / "files")


@pytest.fixture(params=INDEXES)
def index(request: pytest.FixtureRequest, tmp_path: Path) -> SearchIndex:
    return INDEXES[request.param](tmp_path / "index")


def test_a_stored_file_comes_back_whole_under_its_hash(store: FileStore) -> None:
    stored = store.put(io.BytesIO(b"some bytes"))
    with store.open(stored.sha256) as file:
        assert file.read() == b"some bytes"
    assert (stored.size, store.has(stored.sha256), store.is_intact(stored.sha256)) == (
        10,
        True,
        True,
    )


def test_the_same_bytes_are_stored_once(store: FileStore) -> None:
    first = store.put(io.BytesIO(b"twice"))
    assert store.put(io.BytesIO(b"twice")) == first
    assert list(store.hashes()) == [first.sha256]


def test_an_unknown_or_odd_name_is_not_found(store: FileStore) -> None:
    for name in ("0" * 64, "../../etc/passwd", ""):
        with pytest.raises(NotFound):
            store.open(name)


def test_a_stream_that_breaks_leaves_nothing(store: FileStore) -> None:
    class Breaking(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError("the line went dead")

    with pytest.raises(OSError, match="line"):
        store.put(Breaking())
    assert list(store.hashes()) == []


def test_deleting_twice_is_quiet(store: FileStore) -> None:
    stored = store.put(io.BytesIO(b"x"))
    store.delete(stored.sha256)
    store.delete(stored.sha256)
    assert not store.has(stored.sha256)


def test_altered_bytes_are_noticed(tmp_path: Path) -> None:
    store = DirectoryFileStore(tmp_path)
    stored = store.put(io.BytesIO(b"as it was"))
    with store.local(stored.sha256) as path:
        path.write_bytes(b"as it is")
    assert not store.is_intact(stored.sha256)


def _asset(asset_id: int, title: str, *texts: str) -> IndexedAsset:
    passages = tuple(IndexedPassage(asset_id * 10 + n, text) for n, text in enumerate(texts))
    return IndexedAsset(asset_id, title, passages=passages)


DOCKS = _asset(1, "Dock queues", "Trailers wait at the dock gate")
COLD = _asset(2, "Cold stores", "Energy for freezing is the largest cost")


def _among(*ids: int) -> Permitted:
    return Permitted(ids, array("q", ids))


def test_a_new_index_finds_nothing_and_has_no_problem(index: SearchIndex) -> None:
    assert index.search("dock", among=_among(1, 2), limit=5) == ()
    assert index.state().problem is None


def test_the_asset_with_the_words_comes_first_with_its_passage(index: SearchIndex) -> None:
    index.replace([DOCKS, COLD])
    hits = index.search("trailers at the dock", among=_among(1, 2), limit=5)
    assert hits[0].asset_id == 1
    assert hits[0].passages[0].passage_id == 10


def test_what_is_not_permitted_is_not_found(index: SearchIndex) -> None:
    index.replace([DOCKS, COLD])
    assert index.search("dock", among=_among(), limit=5) == ()
    found = index.search("trailers dock freezing", among=_among(2), limit=5)
    assert {hit.asset_id for hit in found} <= {2}


def test_a_removed_asset_is_gone_and_removing_it_again_is_quiet(index: SearchIndex) -> None:
    index.replace([DOCKS, COLD])
    index.remove([1, 77])
    index.remove([1])
    assert set(index.revisions()) == {2}
    assert 1 not in {h.asset_id for h in index.search("dock", among=_among(1, 2), limit=5)}


def test_replacing_forgets_what_the_asset_said_before(index: SearchIndex) -> None:
    index.replace([DOCKS])
    changed = _asset(1, "Yard gates", "Seals are checked")
    index.replace([changed])
    assert index.revisions() == {1: changed.revision}
    assert index.state().passages == 1


def test_a_rebuild_holds_exactly_what_it_was_given(index: SearchIndex) -> None:
    index.replace([DOCKS])
    index.rebuild([COLD])
    assert index.revisions() == {2: COLD.revision}


def test_words_without_a_letter_find_nothing(index: SearchIndex) -> None:
    index.replace([DOCKS])
    for text in ("", "   ", "???"):
        assert index.search(text, among=_among(1), limit=5) == ()


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/",
        "http://localhost/admin",
        "http://[::1]/",
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.8/",
        "http://0.0.0.0/",
        "http://[::ffff:127.0.0.1]/",
        "file:///etc/passwd",
        "ftp://example.com/",
        "http:///nowhere",
    ],
)
def test_an_address_inside_the_network_is_never_fetched(url: str) -> None:
    with pytest.raises(AddressRefused):
        HttpFetcher().fetch(url, max_bytes=1000)


def test_mail_into_a_folder_can_be_read_back(tmp_path: Path) -> None:
    message = EmailMessage()
    message["Subject"] = "A link for you"
    message.set_content("Here it is.")
    MaildirMailer(tmp_path / "outbox").send(message)
    (kept,) = (tmp_path / "outbox" / "new").iterdir()
    assert "A link for you" in kept.read_text()


def test_a_mail_address_of_an_unknown_kind_is_refused() -> None:
    assert open_mailer("") is None
    with pytest.raises(InvalidInput):
        open_mailer("pigeon://roof")
