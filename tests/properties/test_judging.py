"""What holds of any visit's class, whatever was asked and told."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from contentlib.engagement.judging import RULES, SIGNALS, judge, signals
from contentlib.engagement.rules import CONFIRMED_MS
from contentlib.engagement.sitting import Agent, HitSeen, Network, PageSeen, Sent, Sitting

SENT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HEADLINE = ("verified", "human")

MOMENTS = st.integers(-10_000, 2_000_000).map(lambda ms: SENT + timedelta(milliseconds=ms))
AGENTS = st.sampled_from(
    [
        Agent(),
        Agent(),
        Agent(),
        Agent("headless", "a browser without a screen"),
        Agent("machine", "curl"),
        Agent("unfurler", "Slack"),
        Agent("none"),
    ]
)
NETWORKS = st.sampled_from(
    [
        Network(),
        Network(),
        Network("probable", "Mimecast", ("mimecast:207.211.30.0/23",)),
        Network("certain", "a scanner", ("scanner:192.0.2.0/24",)),
    ]
)
HITS = st.builds(
    HitSeen,
    at=MOMENTS,
    method=st.sampled_from(["GET", "GET", "HEAD", "OPTIONS"]),
    kind=st.sampled_from(["page", "page", "image", "download", "gate"]),
    page=st.integers(1, 5),
    version_id=st.integers(1, 2),
    agent=AGENTS,
    network=NETWORKS,
    is_prefetch=st.booleans(),
    referrer_origin=st.sampled_from([None, "https://eur03.safelinks.protection.outlook.com"]),
)
PAGES = st.builds(
    PageSeen,
    at=MOMENTS,
    page=st.integers(1, 5),
    attention_ms=st.integers(0, 20_000),
    version_id=st.integers(1, 2),
    trusted_input=st.booleans(),
    webdriver=st.sampled_from([False, False, True]),
)
SENDS = st.builds(Sent, at=MOMENTS, evidence=st.sampled_from(["mail_confirmed", "declared"]))


def _several(of: st.SearchStrategy) -> st.SearchStrategy:
    return st.lists(of, max_size=6).map(tuple)


SITTINGS = st.builds(
    Sitting,
    hits=_several(HITS),
    pages=_several(PAGES),
    sends=_several(SENDS),
    other_links_at=st.lists(MOMENTS, max_size=2).map(tuple),
    verified=st.booleans(),
    by_colleague=st.booleans(),
)
STRANGERS = SITTINGS.map(lambda sitting: replace(sitting, verified=False, by_colleague=False))
# ordinary readers, so that the rules behind the first ones are reached often
PLAIN_HITS = st.builds(
    HitSeen,
    at=MOMENTS,
    page=st.integers(1, 5),
    network=NETWORKS.filter(lambda network: network.certainty != "certain"),
)
READERS = st.builds(
    Sitting,
    hits=st.lists(PLAIN_HITS, min_size=1, max_size=4).map(tuple),
    pages=_several(PAGES),
    sends=_several(SENDS),
)


@given(SITTINGS, st.randoms(use_true_random=False))
def test_the_order_in_which_things_are_known_changes_nothing(
    sitting: Sitting, chance: random.Random
) -> None:
    def shuffled(known: tuple) -> tuple:
        return tuple(chance.sample(known, len(known)))

    other = replace(
        sitting,
        hits=shuffled(sitting.hits),
        pages=shuffled(sitting.pages),
        sends=shuffled(sitting.sends),
        other_links_at=shuffled(sitting.other_links_at),
    )
    assert judge(other) == judge(sitting)


@given(SITTINGS)
def test_a_code_wins_over_everything_but_a_colleague(sitting: Sitting) -> None:
    expected = "colleague" if sitting.by_colleague else "verified"
    assert judge(replace(sitting, verified=True)).visitor_class == expected


@given(SITTINGS)
def test_a_colleague_is_never_anything_else(sitting: Sitting) -> None:
    assert judge(replace(sitting, by_colleague=True)).visitor_class == "colleague"


@given(STRANGERS, st.lists(HITS.filter(lambda hit: hit.only_asks), min_size=1, max_size=4))
def test_what_was_only_asked_after_or_prefetched_is_a_machine(
    sitting: Sitting, hits: list[HitSeen]
) -> None:
    judgement = judge(replace(sitting, hits=tuple(hits), pages=()))
    assert judgement.visitor_class == "machine"


@given(STRANGERS)
def test_nobody_is_human_without_a_page_that_confirmed_itself(sitting: Sitting) -> None:
    brief = tuple(
        replace(page, attention_ms=min(page.attention_ms, CONFIRMED_MS - 1))
        for page in sitting.pages
    )
    assert judge(replace(sitting, pages=brief)).visitor_class not in HEADLINE


@given(STRANGERS, PAGES)
def test_attention_that_is_not_confirmed_counts_for_nothing(
    sitting: Sitting, page: PageSeen
) -> None:
    glimpse = replace(page, attention_ms=CONFIRMED_MS - 1, webdriver=False)
    more = replace(sitting, pages=(*sitting.pages, glimpse))
    assert judge(more) == judge(sitting)


@given(st.one_of(STRANGERS, READERS), st.data())
def test_more_touching_never_makes_a_reader_a_machine(
    sitting: Sitting, data: st.DataObject
) -> None:
    touched = tuple(
        replace(page, trusted_input=page.trusted_input or data.draw(st.booleans()))
        for page in sitting.pages
    )
    more = replace(sitting, pages=touched)
    assert {reason.name for reason in signals(more)} <= {r.name for r in signals(sitting)}
    order = ["machine", "unclear", "human"]
    before, after = judge(sitting).visitor_class, judge(more).visitor_class
    assert order.index(after) >= order.index(before)


@given(st.one_of(STRANGERS, READERS))
def test_a_human_visit_has_no_sign_against_it(sitting: Sitting) -> None:
    if judge(sitting).visitor_class == "human":
        assert not signals(sitting)
        assert sitting.is_engaged


@given(SITTINGS)
def test_every_judgement_says_why_in_sentences(sitting: Sitting) -> None:
    judgement = judge(sitting)
    assert judgement.reasons[0].name == judgement.rule
    assert judgement.rule in {name for name, _, _ in RULES}
    assert {r.name for r in judgement.reasons[1:]} <= {name for name, _ in SIGNALS}
    for reason in judgement.reasons:
        assert reason.sentence[0].isupper() and reason.sentence.endswith(".")


def _reader(
    *, at_s: float, seconds: int = 30, touched: bool = False, gateway: bool = False
) -> Sitting:
    moment = SENT + timedelta(seconds=at_s)
    network = Network("probable", "Mimecast") if gateway else Network()
    return Sitting(
        hits=(HitSeen(moment, page=1, network=network),),
        pages=(PageSeen(moment, 1, seconds * 1000, trusted_input=touched),),
        sends=(Sent(SENT),),
    )


def test_half_a_minute_after_sending_a_quiet_reader_counts() -> None:
    assert judge(_reader(at_s=29.9)).rule == "too_soon"
    assert judge(_reader(at_s=30)).visitor_class == "human"


def test_a_gateways_network_has_ten_minutes_to_scan() -> None:
    assert judge(_reader(at_s=599.9, gateway=True)).rule == "too_soon"
    assert judge(_reader(at_s=600, gateway=True)).visitor_class == "unclear"
    assert judge(_reader(at_s=600, gateway=True, touched=True)).visitor_class == "human"


def test_a_sitting_taken_for_a_scanners_is_human_once_it_is_touched() -> None:
    early = _reader(at_s=4)
    assert judge(early).visitor_class == "machine"
    later = PageSeen(SENT + timedelta(seconds=50), 2, 4000, trusted_input=True)
    assert judge(replace(early, pages=(*early.pages, later))).visitor_class == "human"


def test_five_seconds_on_one_page_are_engagement() -> None:
    assert judge(_reader(at_s=3600, seconds=4)).visitor_class == "unclear"
    assert judge(_reader(at_s=3600, seconds=5)).visitor_class == "human"


def test_a_rep_reads_how_soon_it_was_opened() -> None:
    told = judge(_reader(at_s=4)).reasons[0].sentence
    assert told == "It was opened 4 s after the message left, and nobody touched the page."
