"""Share tokens and share rules, for any of them."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from contentlib.ids import public_id, read_token, sign_token
from contentlib.share.rules import ShareRules, Standing, admits

KEY = b"a key of thirty-two random bytes"
MOMENTS = st.datetimes(
    min_value=datetime(2026, 1, 1), max_value=datetime(2027, 1, 1), timezones=st.just(UTC)
)
RULES = st.builds(
    ShareRules,
    expires_at=st.none() | MOMENTS,
    download=st.sampled_from(["original", "watermarked", "off"]),
    follows_current=st.booleans(),
    max_visits=st.none() | st.integers(1, 5),
)


def test_a_genuine_token_gives_its_share_back() -> None:
    share = public_id()
    assert (
        read_token(sign_token(share, key=KEY, purpose="share"), key=KEY, purpose="share") == share
    )


@given(place=st.integers(0, 33), letter=st.characters(codec="ascii"))
def test_a_token_with_one_character_changed_is_refused(place: int, letter: str) -> None:
    token = sign_token("bcdfghjkmnpqrs", key=KEY, purpose="share")
    changed = token[:place] + letter + token[place + 1 :]
    if changed != token:
        assert read_token(changed, key=KEY, purpose="share") is None


@given(st.text(max_size=60))
def test_no_made_up_token_is_taken(text: str) -> None:
    assert read_token(text, key=KEY, purpose="share") is None


def test_a_token_made_for_something_else_opens_no_share() -> None:
    token = sign_token("bcdfghjkmnpqrs", key=KEY, purpose="unsubscribe")
    assert read_token(token, key=KEY, purpose="share") is None


@given(RULES)
def test_rules_survive_being_stored(rules: ShareRules) -> None:
    assert ShareRules.from_json(rules.to_json()) == rules


@given(RULES, MOMENTS, MOMENTS, st.integers(0, 6))
def test_a_revoked_share_admits_nobody_at_any_later_time(
    rules: ShareRules, revoked_at: datetime, now: datetime, visits: int
) -> None:
    standing = Standing(rules, revoked_at, has_something_to_show=True)
    if now >= revoked_at:
        assert admits(standing, now=now, human_visits=visits) == "revoked"


@given(RULES, MOMENTS, st.integers(0, 6), st.integers(0, 400))
def test_once_expired_always_expired(
    rules: ShareRules, now: datetime, visits: int, later_days: int
) -> None:
    standing = Standing(rules, None, has_something_to_show=True)
    if admits(standing, now=now, human_visits=visits) == "expired":
        later = now + timedelta(days=later_days)
        assert admits(standing, now=later, human_visits=visits) == "expired"


@given(RULES, MOMENTS, st.integers(0, 6))
def test_more_visits_never_open_a_closed_share(
    rules: ShareRules, now: datetime, visits: int
) -> None:
    standing = Standing(rules, None, has_something_to_show=True)
    if admits(standing, now=now, human_visits=visits) is not None:
        assert admits(standing, now=now, human_visits=visits + 1) is not None
