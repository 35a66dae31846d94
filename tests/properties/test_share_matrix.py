"""Who is admitted by a share: each rule alone, in pairs and all at once, against a plain model."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contentlib.errors import InvalidInput
from contentlib.share import gates
from contentlib.share.gates import Proof, gate_before
from contentlib.share.rules import (
    Download,
    ShareRules,
    Standing,
    admits,
    all_normalised,
    checked,
    normalised_address,
    offered,
)

DAY = datetime(2026, 3, 2, tzinfo=UTC)
MOMENTS = st.integers(0, 60).map(lambda hours: DAY + timedelta(hours=hours))
LABELS = st.sampled_from(["a", "b", "x", "mail"])
DOMAINS = st.lists(LABELS, min_size=1, max_size=3).map(lambda parts: ".".join([*parts, "example"]))
ADDRESSES = st.builds("{}@{}".format, st.sampled_from(["ann", "bob"]), DOMAINS)
PATTERNS = st.one_of(ADDRESSES, DOMAINS.map("@{}".format), DOMAINS.map("@*.{}".format))
# what argon2 would have made of three passcodes: here only whether it is the same one counts
HASHES = st.sampled_from(["$argon2id$one", "$argon2id$two", "$argon2id$three"])
DOWNLOADS: st.SearchStrategy[Download] = st.sampled_from(get_args(Download))

RULES: dict[str, st.SearchStrategy[Any]] = {
    "expires_at": MOMENTS,
    "passcode_hash": HASHES,
    "asks_email": st.just(True),
    "allowed": st.lists(PATTERNS, min_size=1, max_size=4, unique=True).map(tuple),
    "download": st.sampled_from(["watermarked", "off"]),
    "max_visits": st.integers(1, 3),
    "follows_current": st.just(False),
}
ENDS: dict[str, st.SearchStrategy[Any]] = {
    "revoked_at": MOMENTS,
    "has_something_to_show": st.just(False),
}
EVERYTHING = {**RULES, **ENDS}
ALONE_AND_IN_PAIRS = [(), *((name,) for name in EVERYTHING), *combinations(EVERYTHING, 2)]


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody before the door: when, after how many people, and what they can prove."""

    now: datetime
    visits_before: int
    passcode_hash: str | None
    address: str | None

    @property
    def proof(self) -> Proof:
        known = self.passcode_hash and gates.fingerprint(self.passcode_hash)
        return Proof(known, self.address)


CALLERS = st.builds(Caller, MOMENTS, st.integers(0, 4), st.none() | HASHES, st.none() | ADDRESSES)
ANY_RULES = st.fixed_dictionaries({}, optional=RULES).map(lambda some: ShareRules(**some))


def standing_of(some: Iterable[str]) -> st.SearchStrategy[Standing]:
    """A share on which exactly these rules are set."""
    chosen = set(some)
    return st.builds(
        Standing,
        st.builds(ShareRules, **{n: s for n, s in RULES.items() if n in chosen}),
        ENDS["revoked_at"] if "revoked_at" in chosen else st.none(),
        st.just("has_something_to_show" not in chosen),
    )


def is_let_in(standing: Standing, caller: Caller) -> bool:
    """What the product says."""
    refusal = admits(standing, now=caller.now, human_visits=caller.visits_before)
    return refusal is None and gate_before(standing.rules, caller.proof) is None


def should_be_let_in(standing: Standing, caller: Caller) -> bool:
    """What the rules mean, in the words of somebody who explains them to a rep."""
    rules = standing.rules
    is_over = any(
        end is not None and caller.now >= end for end in (standing.revoked_at, rules.expires_at)
    )
    is_full = rules.max_visits is not None and caller.visits_before >= rules.max_visits
    knows_it = rules.passcode_hash is None or caller.passcode_hash == rules.passcode_hash
    is_known = not (rules.asks_email or rules.allowed) or caller.address is not None
    is_meant = not rules.allowed or any(_fits(caller.address, p) for p in rules.allowed)
    is_there = standing.has_something_to_show
    return not is_over and not is_full and knows_it and is_known and is_meant and is_there


def _fits(address: str | None, pattern: str) -> bool:
    if address is None:
        return False
    domain = address.split("@")[1]
    if pattern.startswith("@*."):
        return domain.endswith(pattern.removeprefix("@*"))
    return f"@{domain}" == pattern or address == pattern


@pytest.mark.parametrize("some", ALONE_AND_IN_PAIRS, ids=" and ".join)
@settings(max_examples=60)
@given(data=st.data())
def test_who_is_let_in_by_each_rule_alone_and_by_each_pair(
    some: tuple[str, ...], data: st.DataObject
) -> None:
    standing, caller = data.draw(standing_of(some)), data.draw(CALLERS)
    assert is_let_in(standing, caller) == should_be_let_in(standing, caller)


@settings(max_examples=400)
@given(st.sets(st.sampled_from(sorted(EVERYTHING))).flatmap(standing_of), CALLERS)
def test_who_is_let_in_by_any_set_of_rules(standing: Standing, caller: Caller) -> None:
    assert is_let_in(standing, caller) == should_be_let_in(standing, caller)


@given(ANY_RULES, MOMENTS, CALLERS, st.integers(0, 5_000))
def test_a_revoked_link_lets_nobody_in_at_any_later_time(
    rules: ShareRules, revoked_at: datetime, caller: Caller, later_hours: int
) -> None:
    standing = Standing(rules, revoked_at, has_something_to_show=True)
    later = replace(caller, now=revoked_at + timedelta(hours=later_hours))
    assert not is_let_in(standing, later)
    assert admits(standing, now=later.now, human_visits=caller.visits_before) == "revoked"


@given(ANY_RULES, MOMENTS, CALLERS, st.integers(0, 5_000))
def test_an_expired_link_lets_nobody_in_at_any_later_time(
    rules: ShareRules, expires_at: datetime, caller: Caller, later_hours: int
) -> None:
    standing = Standing(replace(rules, expires_at=expires_at), None, has_something_to_show=True)
    assert not is_let_in(standing, replace(caller, now=expires_at + timedelta(hours=later_hours)))


@given(ANY_RULES, CALLERS)
def test_every_rule_that_is_added_closes_the_link_for_some_and_opens_it_for_nobody(
    rules: ShareRules, caller: Caller
) -> None:
    standing = Standing(rules, None, has_something_to_show=True)
    if is_let_in(standing, caller):
        for name in ("expires_at", "passcode_hash", "asks_email", "max_visits"):
            lifted = replace(rules, **{name: getattr(ShareRules(), name)})
            assert is_let_in(replace(standing, rules=lifted), caller)


@given(ANY_RULES, HASHES, HASHES)
def test_a_changed_passcode_ends_what_was_proved_with_the_old_one(
    rules: ShareRules, old: str, new: str
) -> None:
    proof = Proof(gates.fingerprint(old), "ann@a.example")
    now_set = replace(rules, passcode_hash=new)
    assert (gate_before(now_set, proof) == "passcode") == (old != new)


@given(ANY_RULES, CALLERS)
def test_the_passcode_comes_before_the_address(rules: ShareRules, caller: Caller) -> None:
    with_both = replace(rules, passcode_hash="$argon2id$one", asks_email=True)
    gate = gate_before(with_both, caller.proof)
    assert (gate == "passcode") == (caller.passcode_hash != "$argon2id$one")


@given(ANY_RULES)
def test_a_link_without_a_gate_asks_nothing_and_one_with_a_gate_always_does(
    rules: ShareRules,
) -> None:
    assert (gate_before(rules, gates.NO_PROOF) is not None) == rules.has_gate


@given(ANY_RULES)
def test_rules_survive_being_stored(rules: ShareRules) -> None:
    assert ShareRules.from_json(rules.to_json()) == rules


@given(st.booleans(), st.booleans(), st.none() | st.integers(1, 9))
def test_rules_stored_before_there_were_watermarks_mean_what_they_meant(
    allows: bool, follows: bool, most: int | None
) -> None:
    told = {"allows_download": allows, "follows_current": follows, "max_visits": most}
    rules = ShareRules.from_json(told)
    assert (rules.allows_download, rules.follows_current, rules.max_visits) == (
        allows,
        follows,
        most,
    )
    assert rules.download == ("original" if allows else "off")
    assert not rules.has_gate


@given(st.text())
def test_a_way_to_download_that_is_not_known_is_none(word: str) -> None:
    known = word in get_args(Download)
    assert ShareRules.from_json({"download": word}).download == (word if known else "off")


@given(ANY_RULES, st.sampled_from(["pdf", "pptx", "html", "image", "video"]), st.booleans())
def test_the_original_leaves_only_where_the_rule_says_so(
    rules: ShareRules, format: str, has_pictures: bool
) -> None:
    way = offered(rules, format=format, has_pictures=has_pictures)
    assert way in (rules.download, "off")
    can_be_marked = format == "pdf" or has_pictures
    assert (way == "off") == (
        rules.download == "off" or (rules.download == "watermarked" and not can_be_marked)
    )


@given(ANY_RULES)
def test_checking_rules_twice_changes_nothing_more(rules: ShareRules) -> None:
    lasting = replace(rules, expires_at=None)
    once = checked(lasting, now=DAY, can_mail=True)
    assert checked(once, now=DAY, can_mail=True) == once
    assert once.asks_email == lasting.proves_address


@given(ANY_RULES)
def test_without_a_mail_server_no_rule_asks_for_an_address(rules: ShareRules) -> None:
    lasting = replace(rules, expires_at=None)
    if lasting.proves_address:
        with pytest.raises(InvalidInput, match="mail server"):
            checked(lasting, now=DAY, can_mail=False)
    else:
        checked(lasting, now=DAY, can_mail=False)


@given(st.lists(PATTERNS, max_size=6), st.data())
def test_patterns_mean_the_same_however_they_are_typed(
    patterns: list[str], data: st.DataObject
) -> None:
    typed = [
        data.draw(st.sampled_from([p, p.upper(), f"  {p} ", p.removeprefix("@")])) for p in patterns
    ]
    assert all_normalised(typed) == tuple(dict.fromkeys(patterns))


@given(ADDRESSES)
def test_an_address_is_the_same_whatever_its_case(address: str) -> None:
    assert normalised_address(f" {address.upper()} ") == address
