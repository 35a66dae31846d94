"""One page, many addresses."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contentlib.asset.addresses import address_key, canonical_address

EXAMPLES = json.loads((Path(__file__).parents[2] / "addresses.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e["address"])
def test_every_variant_of_an_address_is_the_same_page(example: dict[str, str | None]) -> None:
    assert canonical_address(example["address"] or "") == example["canonical"]


@given(st.text(max_size=200))
def test_any_words_are_an_address_or_none(words: str) -> None:
    key = address_key(words)
    assert key is None or len(key) == 64


@given(
    path=st.lists(st.text(st.characters(codec="ascii"), max_size=8), max_size=4),
    query=st.lists(st.text(st.characters(codec="ascii"), max_size=8), max_size=4),
)
def test_what_is_canonical_stays_so(path: list[str], query: list[str]) -> None:
    address = f"https://acme.example/{'/'.join(path)}?{'&'.join(query)}"
    first = canonical_address(address)
    assert first is None or canonical_address(f"https://{first}") == first
