"""Texts as a company has them: families that share a template, boilerplate and turns of phrase.

72 assets in 12 families of 6, and 24 texts of the same families that are in nobody's library. What
is shared: an agenda, an "about us" and a legal notice (family or company), customers' names, the
patterns of the sentences, and between two siblings of each family two whole pages.
"""

import random
from dataclasses import dataclass, replace

COMPANY = "Brightwater"
PRODUCTS = (
    ("Harbour", "berth planning", "container terminals"),
    ("Frostline", "cold store control", "food wholesalers"),
    ("Ledgerly", "invoice matching", "mid-sized manufacturers"),
    ("Shiftwise", "shift planning", "hospitals"),
    ("Orchard", "supplier onboarding", "retail chains"),
    ("Pylon", "outage reporting", "grid operators"),
    ("Quarry", "asset inspection", "mining companies"),
    ("Sable", "claims handling", "insurers"),
    ("Tidegate", "flood forecasting", "water boards"),
    ("Umber", "paint matching", "body shops"),
    ("Vellum", "contract review", "law firms"),
    ("Wicket", "ticket resale", "sports clubs"),
)
AN_ASSETS_SUBJECTS = (
    "overview for executives",
    "technical datasheet",
    "customer story",
    "buyer's guide",
    "security white paper",
    "return on investment",
)
IN_LIBRARY = len(AN_ASSETS_SUBJECTS)
NOT_IN_LIBRARY = 2

_WHO = (
    "the planning desk", "every site manager", "a crew of four", "the finance team",
    "our pilot customer", "the night shift", "each regional office", "the service desk",
    "a new colleague", "the audit committee", "two of three supervisors", "the procurement lead",
    "the control room", "an outside contractor", "the operations director", "the back office",
)  # fmt: skip
_DOES = (
    "sees", "approves", "corrects", "compares", "releases", "reviews", "hands over", "postpones",
    "checks", "records", "reschedules", "signs off", "rejects", "prices", "forecasts", "traces",
)  # fmt: skip
_WHAT = (
    "late deliveries", "open exceptions", "the weekly forecast", "duplicate entries",
    "overtime requests", "unplanned stops", "the spare parts list", "customer complaints",
    "missing certificates", "energy readings", "damaged goods", "the maintenance window",
    "price changes", "disputed items", "safety notes", "temperature alarms", "stock counts",
    "field reports", "unpaid balances", "visitor lists", "loading plans", "measuring errors",
)  # fmt: skip
_WHEN = (
    "before the first shift begins", "within a quarter of an hour", "on the same screen",
    "without a phone call", "by the end of the week", "while the truck still waits",
    "from any tablet on site", "as soon as a threshold is crossed", "at month end",
    "long before the auditor asks", "even when the network is down", "in one pass",
    "during the handover at noon", "straight from the yard", "once a colleague has confirmed it",
)  # fmt: skip
_RESULT = (
    "write-offs fell", "waiting times dropped", "margins rose", "rework went down",
    "on-time starts climbed", "complaints halved", "insurance premiums shrank",
    "overtime melted away", "planning accuracy improved", "disputes were settled sooner",
)  # fmt: skip
_CUSTOMERS = (
    "Northgate", "Elmbridge", "Castell", "Rivermark", "Oakhurst", "Lindqvist", "Montrose",
    "Van Aken", "Solberg", "Tanaka", "Duarte", "Kestrel", "Ashdown", "Marlowe", "Pemberton",
)  # fmt: skip
_PATTERNS = (
    "With {product} {who} {does} {what} {when}.",
    "At {customer} {who} {does} {what} {when}, and {result} by {n} percent in {m} months.",
    "{Who} {does} {what}, then {does2} {what2} {when}.",
    "What used to take {n} hours now takes {m} minutes because {who} {does} {what} {when}.",
    "In {n} of {m} sites {who} still {does} {what} by hand, although {product} does it {when}.",
    "{customer} measured it: {result} by {n} percent after {who} {does} {what} {when}.",
    "The {topic} module of {product} {does} {what} and {what2} {when}.",
    "Nothing changes for {who}, who {does} {what} {when} as before.",
    "A rule of thumb for {sector}: when {who} {does} {what}, {result} {when}.",
    "Step {m} of the rollout asks that {who} {does} {what} {when} for {n} days.",
)
_SYNONYMS = ("promptly", "reliably", "somewhat", "notably", "jointly", "rarely", "formerly")


@dataclass(frozen=True, slots=True)
class Text:
    """A document's words: pages of a title and paragraphs of sentences each."""

    name: str
    kind: str
    pages: tuple[tuple[str, tuple[str, ...]], ...]


def library_texts() -> list[Text]:
    """The 72 texts of the library."""
    return [text for family in range(len(PRODUCTS)) for text in _family(family)[:IN_LIBRARY]]


def foreign_texts() -> list[Text]:
    """The 24 of the same families and templates that are not in the library."""
    return [text for family in range(len(PRODUCTS)) for text in _family(family)[IN_LIBRARY:]]


def _family(number: int) -> list[Text]:
    chance = random.Random(number)
    product, topic, sector = PRODUCTS[number]
    shared = [_page(chance, number, f"How {product} works, part {n}") for n in (1, 2)]
    texts = []
    subjects = [*AN_ASSETS_SUBJECTS, "proposal for a tender", "notes of a workshop"]
    for place, subject in enumerate(subjects[: IN_LIBRARY + NOT_IN_LIBRARY]):
        kind = ("pptx", "pdf", "docx")[(place + number) % 3]
        pages = [_page(chance, number, f"{subject}, {n}") for n in range(chance.randint(3, 9))]
        if place in (0, 3):
            pages[1:1] = shared
        texts.append(
            Text(
                f"{product} {subject}",
                kind,
                (_agenda(product, topic), *pages, _about_us(), _legal(product, sector)),
            )
        )
    return texts


def _page(chance: random.Random, family: int, title: str) -> tuple[str, tuple[str, ...]]:
    return title, tuple(sentence(chance, family) for _ in range(chance.randint(3, 7)))


def sentence(chance: random.Random, family: int) -> str:
    product, topic, sector = PRODUCTS[family]
    who = chance.choice(_WHO)
    return chance.choice(_PATTERNS).format(
        product=product,
        topic=topic,
        sector=sector,
        who=who,
        Who=who[0].upper() + who[1:],
        does=chance.choice(_DOES),
        does2=chance.choice(_DOES),
        what=chance.choice(_WHAT),
        what2=chance.choice(_WHAT),
        when=chance.choice(_WHEN),
        result=chance.choice(_RESULT),
        customer=chance.choice(_CUSTOMERS),
        n=chance.randint(2, 60),
        m=chance.randint(2, 30),
    )


def _agenda(product: str, topic: str) -> tuple[str, tuple[str, ...]]:
    return "Agenda", (
        f"Where {topic} stands today, and what it costs.",
        f"What {product} does about it, with examples of customers.",
        "How a rollout goes, week by week, and who is needed for it.",
        "Prices, terms and the next steps that we would propose.",
    )


def _about_us() -> tuple[str, tuple[str, ...]]:
    return f"About {COMPANY}", (
        f"{COMPANY} was founded in a disused ferry terminal and now works for customers in "
        "nineteen countries.",
        "Four hundred people in six offices build, sell and support software for those who keep "
        "things running.",
        "We are owned by those who work here, we publish our support times, and we answer the "
        "phone ourselves.",
        "Ask any of our customers: we will give you the numbers of all of them, not of three.",
    )


def _legal(product: str, sector: str) -> tuple[str, tuple[str, ...]]:
    return "Legal notice", (
        f"{product} is a trade mark of {COMPANY}, registered in the countries where it is sold "
        f"to {sector}.",
        "This document is for information only and is no offer; features, dates and prices may "
        "change without notice until a contract is signed by both sides.",
        "No part of it may be reproduced or passed on to third parties in any form without our "
        "written consent, except where the law allows it.",
        "All figures were given by the customers named and were not audited by us.",
    )


def family_of(text: Text) -> int:
    return next(n for n, (product, *_) in enumerate(PRODUCTS) if text.name.startswith(product))


def with_a_word_changed(text: Text, chance: random.Random) -> Text:
    own = range(1, len(text.pages) - 2)
    place = chance.choice(own)
    title, sentences = text.pages[place]
    which = chance.randrange(len(sentences))
    words = sentences[which].split()
    words[chance.randrange(len(words))] = chance.choice(_SYNONYMS)
    changed = (*sentences[:which], " ".join(words), *sentences[which + 1 :])
    return _with_page(text, place, (title, changed))


def with_a_page_dropped(text: Text, chance: random.Random) -> Text:
    gone = chance.choice(range(1, len(text.pages) - 2))
    return replace(text, pages=text.pages[:gone] + text.pages[gone + 1 :])


def with_two_pages_added(text: Text, chance: random.Random) -> Text:
    new = tuple(_page(chance, family_of(text), f"For you, {n}") for n in (1, 2))
    place = chance.choice(range(1, len(text.pages) - 1))
    return replace(text, pages=text.pages[:place] + new + text.pages[place:])


def with_sentences_rewritten(text: Text, chance: random.Random, *, share: float = 0.25) -> Text:
    """That share of all sentences said anew, chosen at random over the text."""
    places = [(p, s) for p, (_, sentences) in enumerate(text.pages) for s in range(len(sentences))]
    rewritten = set(chance.sample(places, round(share * len(places))))
    pages = tuple(
        (
            title,
            tuple(
                sentence(chance, family_of(text)) if (p, s) in rewritten else old
                for s, old in enumerate(sentences)
            ),
        )
        for p, (title, sentences) in enumerate(text.pages)
    )
    return replace(text, pages=pages)


def with_each_tenth_word_changed(text: Text, chance: random.Random) -> Text:
    def touched(sentence: str) -> str:
        words = sentence.split()
        return " ".join(w if chance.random() > 0.1 else chance.choice(_SYNONYMS) for w in words)

    pages = tuple((title, tuple(map(touched, sentences))) for title, sentences in text.pages)
    return replace(text, pages=pages)


def with_a_page_of(host: Text, guest: Text, chance: random.Random) -> tuple[Text, int]:
    """The host with one of the guest's own pages in it, and that page's number in the guest."""
    place = chance.choice([n for n in range(1, len(guest.pages) - 2) if "works" not in
                           guest.pages[n][0]])  # fmt: skip
    into = chance.choice(range(1, len(host.pages) - 1))
    pages = (*host.pages[:into], guest.pages[place], *host.pages[into:])
    return replace(host, pages=pages), place + 1


def _with_page(text: Text, place: int, page: tuple[str, tuple[str, ...]]) -> Text:
    return replace(text, pages=(*text.pages[:place], page, *text.pages[place + 1 :]))
