"""`serve --only viewer` carries share links and health, and loads nothing of the rest."""

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from contentlib.events.spool import standing
from contentlib.library import Library
from contentlib.settings import load_settings
from contentlib.share import service as shares
from tests.cast import Cast, hire
from tests.servers import ServeProcess
from tests.web.viewing import buyer, rows_of, share_of, viewer_app
from web.wiring import open_for_buyers, open_library

ROOT = Path(__file__).parents[2]
NOT_LOADED = (
    "contentlib.search",
    "contentlib.recommendation",
    "contentlib.insight",
    "indexer",
    "faiss",
    "numpy",
    "onnxruntime",
    "tantivy",
    "torch",
    "flask_login",
    "flask_bootstrap",
    "web.auth",
    "web.pages",
    "web.api",
)

STARTS_AND_SERVES = """
import json, sys
from web import wsgi
app = wsgi.viewer_app()
client = app.test_client()
for path in sys.argv[1:]:
    answer = client.get(path)
    print(answer.status_code, file=sys.stderr)
    assert answer.status_code in (200, 404), (path, answer.status_code)
app.extensions["library"].close()
print(json.dumps(sorted(sys.modules)))
"""


def _loaded_after(data_dir: Path, *paths: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", STARTS_AND_SERVES, *paths],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"CONTENTLIB_DATA_DIR": str(data_dir), "PATH": ""},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


def test_it_starts_and_serves_a_link_without_loading_what_links_do_not_need(
    library: Library, cast: Cast
) -> None:
    share = share_of(library, cast.rosa)
    paths = (share.path, f"{share.path}/1/2", f"{share.path}/1/file", "/s/unknown", "/readyz", "/x")
    loaded = _loaded_after(library.settings.data_dir, *paths)
    assert [name for name in NOT_LOADED if name in loaded] == []
    assert len(rows_of(library, _hits())) == 3


def _hits() -> type:
    from contentlib.engagement.models import Hit

    return Hit


def test_it_has_health_and_links_and_no_other_page(library: Library) -> None:
    app = viewer_app(library)
    outside = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if not rule.rule.startswith("/s/") and rule.endpoint != "static"
    }
    assert outside == {"health.alive", "health.ready"}
    for path in ("/", "/sign-in", "/search", "/api/v1/search"):
        assert buyer(app).get(path).status_code == 404


def test_its_errors_are_pages_for_people_outside(library: Library) -> None:
    page = buyer(viewer_app(library)).get("/nothing/here")
    assert page.status_code == 404 and "Nothing here" in page.text


def test_a_signed_in_member_is_a_colleague_there_too(library: Library, cast: Cast) -> None:
    share = share_of(library, cast.rosa)
    client = buyer(viewer_app(library))
    with client.session_transaction() as cookie:
        cookie["_user_id"] = "somebody.stamp"
    client.get(share.path)
    assert [hit.by_colleague for hit in rows_of(library, _hits())] == [True]


def test_its_index_says_that_there_is_none(library: Library) -> None:
    from contentlib.errors import IndexUnavailable

    alone = open_for_buyers(library.settings)
    with pytest.raises(IndexUnavailable, match="share links alone"):
        alone.index.state()
    alone.close()


@pytest.mark.slow
def test_the_command_serves_it_and_needs_no_index(tmp_path: Path) -> None:
    open_library(load_settings(data_dir=tmp_path), migrate=True).close()
    with ServeProcess(tmp_path, "--only", "viewer") as server:
        server.wait_until_it_answers()
        with urllib.request.urlopen(f"{server.url}/readyz") as answer:
            assert json.load(answer)["ready"] is True
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{server.url}/sign-in")
    assert not (tmp_path / "index").exists()


@pytest.mark.slow
def test_a_server_told_to_stop_keeps_what_it_had_no_time_to_write(tmp_path: Path) -> None:
    """A refusal waits for no disk; told to stop the moment after, its hit must not be lost."""
    library = open_library(load_settings(data_dir=tmp_path), migrate=True)
    rosa = hire(library).rosa
    first, revoked = share_of(library, rosa), share_of(library, rosa)
    with library.database.unit_of_work() as session:
        shares.revoke(
            session,
            viewer=rosa,
            share_public_id=revoked.public_id,
            now=library.clock.now(),
        )
    with ServeProcess(tmp_path, "--only", "viewer") as server:
        server.wait_until_it_answers()
        urllib.request.urlopen(f"{server.url}{first.path}").close()
        with library.database.unit_of_work():
            with pytest.raises(urllib.error.HTTPError, match="404"):
                urllib.request.urlopen(f"{server.url}{revoked.path}")
            server.stop()
            assert standing(tmp_path / "spool").left_behind == 1
    library.hits.start()
    deadline = time.monotonic() + 10
    while standing(tmp_path / "spool").events and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [hit.kind for hit in rows_of(library, _hits())] == ["page", "refused"]
    library.close()


@pytest.mark.slow
def test_the_command_refuses_a_folder_without_a_library(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "web.cli", "--data-dir", str(tmp_path / "no")),
            *("serve", "--only", "viewer"),
        ],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2 and "contentlib db upgrade" in done.stderr
