"""Marketing passages and questions in any number, the same each time: what benchmarks index."""

import random
from collections.abc import Iterator

INDUSTRIES = """regional bank; grocery chain; hospital group; airline; insurer; carmaker;
freight carrier; electric utility; telecom operator; university; city council; hotel group;
pharmacy chain; machine builder; food producer; steel mill; online shop; football club;
publisher; law firm; water utility; shipyard; seed breeder; housing association; payment
provider; game studio; railway; furniture maker; cosmetics brand; defence supplier"""
PLACES = """Norway; Bavaria; Ohio; Kenya; Singapore; Poland; Quebec; Chile; Wales; Portugal;
Japan; Texas; the Gulf; Flanders; Queensland"""
PRODUCTS = """demand forecasting; visitor scheduling; contract review; payroll; fraud detection;
cold-chain monitoring; single sign-on; release automation; route planning; claims triage;
inventory counts; energy metering; customer onboarding; supplier risk scoring; spare-parts
pricing; incident response; document archiving; field service dispatch; loyalty programmes;
quality inspection"""
PROBLEMS = """spreadsheets were mailed between six teams; every change waited for the weekend
window; auditors asked for evidence nobody could find; new colleagues needed four months to
become useful; trucks queued for hours at the gate; two systems disagreed on the same customer;
meters were read by hand; the old vendor had announced the end of support; refunds took three
weeks; alarms went off every night and were ignored; stock was counted twice and still wrong;
contracts expired unseen; the call centre answered the same question a thousand times; prices
changed faster than labels"""
REMEDIES = """The team replaced it with {product}, connected to what was already there; A pilot
with forty people ran for six weeks before {product} went to every site; They chose {product}
because it could run inside their own data centre; Nothing was migrated by hand: {product} read
the old tables as they were; The works council agreed once it saw what {product} records and
what it does not; With {product} each decision is explained in one line a manager can check"""
OUTCOMES = """Lead time fell from {a} days to {b}; Costs per case went down by {b} percent
within {a} weeks; {a} thousand transactions a day now pass without a person; The audit closed
with no finding for the first time in {b} years; Staff turnover in the department halved after
{a} months; Revenue per visit rose {b} percent; Downtime shrank from {a} hours a month to {b}
minutes; The project paid for itself in {b} months"""
ROLES = """chief financial officer; head of operations; security lead; plant manager;
procurement director; works council; data protection officer; sales engineer; customer success
team; board"""
ANGLES = """case study; battlecard; security questionnaire; pricing note; objection handling;
product sheet; return-on-investment model; customer quote; implementation plan; compliance
statement"""


def _options(text: str) -> list[str]:
    return [" ".join(option.split()) for option in text.split(";")]


def passages(count: int, *, sentences: int = 2, seed: int = 7) -> list[str]:
    """Distinct passages of about 25 words a sentence."""
    chance = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        story = _story(chance)
        found[" ".join(next(story) for _ in range(sentences))] = None
    return list(found)


def questions(count: int, *, seed: int = 11) -> list[str]:
    """Distinct things a salesperson types."""
    chance = random.Random(seed)
    shapes = (
        "{angle} {product} {industry}",
        "how did a {industry} in {place} solve {product}",
        "{role} worries that {problem}",
        "{product} for a {industry}, {angle}",
        "proof that {product} works when {problem}",
    )
    found: dict[str, None] = {}
    while len(found) < count:
        found[chance.choice(shapes).format(**_parts(chance))] = None
    return list(found)


def _parts(chance: random.Random) -> dict[str, str]:
    return {
        "industry": chance.choice(_options(INDUSTRIES)),
        "place": chance.choice(_options(PLACES)),
        "product": chance.choice(_options(PRODUCTS)),
        "problem": chance.choice(_options(PROBLEMS)),
        "role": chance.choice(_options(ROLES)),
        "angle": chance.choice(_options(ANGLES)),
    }


def _story(chance: random.Random) -> Iterator[str]:
    while True:
        parts = _parts(chance)
        yield (
            f"At a {parts['industry']} in {parts['place']} {parts['problem']}, and the "
            f"{parts['role']} asked for a {parts['angle']} before the quarter ended."
        )
        remedy = chance.choice(_options(REMEDIES)).format(product=parts["product"])
        outcome = chance.choice(_options(OUTCOMES))
        yield f"{remedy}. {outcome.format(a=chance.randint(12, 96), b=chance.randint(2, 11))}."
