"""Canonical addresses are the same in the browser and in the library."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contentlib.asset.addresses import canonical_address
from tests.browser.modules import Modules

pytestmark = pytest.mark.slow


def test_addresses_are_canonical_as_the_list_says(modules: Modules) -> None:
    listed = json.loads((Path(__file__).parents[1] / "addresses.json").read_text("utf-8"))
    found = modules.canonical([one["address"] for one in listed])
    assert found == [one["canonical"] for one in listed]


_HOSTS = ("acme.example", "WWW.Acme.Example", "acme.example.", "a@b@acme.example", "127.0.0.1", "")
_PORTS = ("", ":", ":80", ":443", ":8443", ":080", ":99999", ":x")
_PIECES = (
    *"aZ/.%?&=#+ ~;:@!'()*[]{}|^`\"<>\\\t\n",
    *("é", "ß", "€", "😀", "%41", "%e9", "%7e", "..", "\x85", "\u2003", "\x1f"),
)
_TEXT = st.lists(st.sampled_from(_PIECES), max_size=14).map("".join)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["http", "https", "HTTPS", "ftp"]),
            st.just("://"),
            st.sampled_from(_HOSTS),
            st.sampled_from(_PORTS),
            st.sampled_from([*"/?#", "/docs/a/../", "/index.HTML", "?utm_source=x&b=2&a=1&"]),
            _TEXT,
        ).map("".join),
        min_size=10,
        max_size=20,
    )
)
def test_browser_and_library_agree_on_every_address(modules: Modules, addresses: list[str]) -> None:
    found = dict(zip(addresses, modules.canonical(addresses), strict=True))
    assert found == {address: canonical_address(address) for address in addresses}


def test_addresses_end_where_the_sentence_goes_on(modules: Modules) -> None:
    text = "See https://a.example/x, (https://b.example/y?z=1) and https://c.example/w."
    assert modules.call("lib/addresses.js", "addressesIn", text) == [
        "https://a.example/x",
        "https://b.example/y?z=1",
        "https://c.example/w",
    ]
    assert modules.call("lib/addresses.js", "placesOf", text, "https://a.example") == []
