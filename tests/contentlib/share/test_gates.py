"""Passcodes, and which addresses a list of them lets in."""

from dataclasses import replace

import pytest

from contentlib.errors import InvalidInput
from contentlib.share.gates import allows, passcode_opens, with_passcode
from contentlib.share.rules import ShareRules, all_normalised, normalised


def test_a_passcode_opens_its_link_and_no_other_word_does() -> None:
    rules = with_passcode(ShareRules(), "Open, Sesame")
    assert passcode_opens(rules, "Open, Sesame")
    for wrong in ("open, sesame", "Open, Sesam", "", "x" * 5_000):
        assert not passcode_opens(rules, wrong)


def test_the_passcode_itself_is_kept_nowhere() -> None:
    rules = with_passcode(ShareRules(), "Open, Sesame")
    assert "Sesame" not in str(rules.to_json()) and "Sesame" not in repr(rules)
    assert rules.passcode_hash is not None and rules.passcode_hash.startswith("$argon2id$")
    assert rules.passcode_hash not in repr(rules)


def test_blanks_around_a_pasted_passcode_and_the_form_of_its_letters_do_not_matter() -> None:
    rules = with_passcode(ShareRules(), " Cafe\u0301 7 ")
    assert passcode_opens(rules, "Caf\u00e9 7\n")


def test_half_a_character_is_a_wrong_passcode_and_no_failure() -> None:
    assert not passcode_opens(with_passcode(ShareRules(), "four"), "fou\ud83d")


def test_a_blank_passcode_takes_the_gate_away() -> None:
    rules = with_passcode(with_passcode(ShareRules(), "Open, Sesame"), "  ")
    assert rules == ShareRules() and not rules.has_gate


@pytest.mark.parametrize("text", ["abc", "x" * 101], ids=["three", "a hundred and one"])
def test_a_passcode_that_is_too_short_or_too_long_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        with_passcode(ShareRules(), text)
    assert "passcode" in refusal.value.fields


def test_a_link_without_a_passcode_is_opened_by_none() -> None:
    assert not passcode_opens(ShareRules(), "")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Ann.Lee@X.Example", "ann.lee@x.example"),
        ("x.example", "@x.example"),
        ("@X.example", "@x.example"),
        ("*.x.example", "@*.x.example"),
        ("@*.x.example", "@*.x.example"),
        ("bücher.example", "@xn--bcher-kva.example"),
        ("ann@BÜCHER.example", "ann@xn--bcher-kva.example"),
    ],
)
def test_addresses_and_domains_are_stored_in_one_form(typed: str, stored: str) -> None:
    assert normalised(typed) == stored
    assert normalised(stored) == stored


@pytest.mark.parametrize(
    "typed",
    ["com", "*.com", "@", "@@x.example", "a@*.x.example", "x y.example", "*", "*.*.example",
     "jörg@x.example", "ann@x.example, bob@x.example"],
)  # fmt: skip
def test_what_is_neither_an_address_nor_a_domain_is_named_and_refused(typed: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        normalised(typed)
    assert typed[:80] in refusal.value.fields["allowed"]


def test_a_list_without_end_is_refused() -> None:
    with pytest.raises(InvalidInput, match="At most 50"):
        all_normalised(f"a{n}@x.example" for n in range(51))


@pytest.mark.parametrize(
    ("address", "is_allowed"),
    [
        ("ann@other.example", True),
        ("bob@other.example", False),
        ("bob@x.example", True),
        ("bob@sub.x.example", False),
        ("bob@sub.y.example", True),
        ("bob@a.sub.y.example", True),
        ("bob@y.example", False),
        ("bob@notx.example", False),
        ("bob@x.example.evil.example", False),
    ],
)
def test_a_domain_lets_in_its_own_and_what_is_below_only_where_written(
    address: str, is_allowed: bool
) -> None:
    allowed = all_normalised(["Ann@Other.example", "x.example", "*.y.example"])
    assert allows(ShareRules(allowed=allowed), address) == is_allowed


def test_without_a_list_whoever_proves_an_address_is_let_in_where_one_is_asked_for() -> None:
    asking = ShareRules(asks_email=True)
    assert allows(asking, "anybody@anywhere.example")
    assert not allows(replace(asking, asks_email=False), "anybody@anywhere.example")
