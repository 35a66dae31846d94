"""What is believed of beats, for any of them."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from contentlib.engagement.rules import (
    Claim,
    PageAttention,
    Sign,
    attention_gained,
    believes,
    sittings,
    spans,
    truncated_network,
    visitor_key,
)

LOADED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
GAP = timedelta(minutes=30)
SLACK_MS = 2000


@st.composite
def claims(draw: st.DrawFn) -> list[Claim]:
    """Beats of one loading, some of them untrue, in the order in which they were told."""
    told = []
    elapsed = 0
    for ordinal in range(draw(st.integers(0, 12))):
        elapsed += draw(st.integers(0, 60_000))
        for page in draw(st.sets(st.integers(1, 4), max_size=4)):
            at = LOADED + timedelta(milliseconds=elapsed)
            told.append(Claim(at, ordinal, page, draw(st.integers(0, 90_000)), elapsed))
    return told


SIGNS = st.lists(
    st.builds(
        Sign,
        visitor_key=st.sampled_from("ab"),
        view_key=st.sampled_from("wxyz"),
        at=st.integers(0, 400).map(lambda minutes: LOADED + timedelta(minutes=minutes)),
    ),
    max_size=25,
)


@given(claims())
def test_attention_never_exceeds_the_time_between_loading_and_beat(told: list[Claim]) -> None:
    for last in told:
        until = [claim for claim in told if claim.at <= last.at]
        total = sum(attention_gained(until).values())
        assert total <= (last.elapsed_ms or 0) + SLACK_MS


@given(claims())
def test_a_page_is_never_given_more_than_its_highest_claim(told: list[Claim]) -> None:
    gained = attention_gained(told)
    for page in {claim.page for claim in told}:
        given_to_it = sum(ms for claim, ms in gained.items() if claim.page == page)
        assert given_to_it <= max(c.attention_ms for c in told if c.page == page)


@given(claims(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(told: list[Claim], chance: random.Random) -> None:
    shuffled = list(told)
    chance.shuffle(shuffled)
    assert attention_gained(shuffled) == attention_gained(told)


@given(claims())
def test_a_claim_told_again_later_adds_nothing(told: list[Claim]) -> None:
    again = [
        Claim(c.at + timedelta(hours=1), c.ordinal + 100, c.page, c.attention_ms, None)
        for c in told
    ]
    honest = [Claim(c.at, c.ordinal, c.page, c.attention_ms) for c in told]
    once = sum(attention_gained(honest).values())
    assert sum(attention_gained([*honest, *again]).values()) == once


@given(st.lists(st.integers(0, 100_000), max_size=5), st.integers(0, 100_000))
def test_pages_together_are_not_believed_beyond_the_clock(told: list[int], elapsed: int) -> None:
    pages = tuple(PageAttention(n, ms) for n, ms in enumerate(told, start=1))
    now = LOADED + timedelta(milliseconds=elapsed)
    assert believes(pages, loaded_at=LOADED, now=now) == (sum(told) <= elapsed + SLACK_MS)


@given(SIGNS, st.randoms(use_true_random=False))
def test_sittings_do_not_depend_on_the_order_of_signs(
    signs: list[Sign], chance: random.Random
) -> None:
    places = list(range(len(signs)))
    chance.shuffle(places)
    shuffled = sittings([signs[i] for i in places], gap=GAP)
    straight = sittings(signs, gap=GAP)
    for i, a in enumerate(places):
        for j, b in enumerate(places):
            assert (shuffled[i] == shuffled[j]) == (straight[a] == straight[b])


@given(SIGNS)
def test_two_signs_of_one_visitor_within_the_gap_are_one_sitting(signs: list[Sign]) -> None:
    numbers = sittings(signs, gap=GAP)
    for a, first in enumerate(signs):
        for b, second in enumerate(signs):
            same = first.visitor_key == second.visitor_key or first.view_key == second.view_key
            if same and abs(first.at - second.at) <= GAP:
                assert numbers[a] == numbers[b]


@given(SIGNS, st.lists(st.sampled_from([None, 1, 2]), min_size=25, max_size=25))
def test_signs_that_were_of_one_visit_stay_together(
    signs: list[Sign], visits: list[int | None]
) -> None:
    known = [replace(sign, visit_id=visit) for sign, visit in zip(signs, visits, strict=False)]
    numbers = sittings(known, gap=GAP)
    for visit in (1, 2):
        there = {n for n, sign in zip(numbers, known, strict=True) if sign.visit_id == visit}
        assert len(there) <= 1


@given(
    st.lists(
        st.tuples(
            st.integers(1, 3),
            st.integers(0, 300).map(lambda minutes: LOADED + timedelta(minutes=minutes)),
        ),
        max_size=30,
    )
)
def test_stretches_hold_every_moment_and_silence_lies_between_them(
    moments: list[tuple[int, datetime]],
) -> None:
    found = spans(moments, gap=GAP)
    for share_id, at in moments:
        assert sum(s.share_id == share_id and s.first <= at <= s.last for s in found) == 1
    for before, after in pairwise(found):
        assert before.share_id < after.share_id or after.first - before.last > GAP


@given(st.ip_addresses())
def test_a_stored_network_never_holds_the_whole_address(address: object) -> None:
    network = truncated_network(str(address))
    assert network.endswith(("/24", "/48"))
    assert truncated_network(network.split("/")[0]) == network


@given(st.text(max_size=20), st.binary(min_size=16, max_size=16))
def test_a_key_cannot_be_redone_without_the_salt_of_its_day(agent: str, salt: bytes) -> None:
    told = {"network": "203.0.113.0/24", "user_agent": agent, "share_public_id": "bcdfghjk"}
    other = bytes(byte ^ 1 for byte in salt)
    assert visitor_key(salt=salt, **told) != visitor_key(salt=other, **told)
    assert visitor_key(salt=salt, **told) == visitor_key(salt=salt, **told)
