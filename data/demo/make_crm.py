"""Makes accounts.csv and opportunities.csv beside this file, the same at every run.

    python data/demo/make_crm.py

Companies and sentences are hand-written (`crm_words.toml`); chance only decides who buys what,
when, for how much and how it ends. Prices are those of `company.md`.
"""

import csv
import random
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SEED = 640
DEALS = 400
STAGES = ("prospect", "discovery", "evaluation", "business-case", "procurement", "contracting")
OPEN_STAGE_WEIGHTS = (14, 26, 26, 16, 11, 7)
LOST_STAGE_WEIGHTS = (4, 14, 28, 22, 26, 6)
FACTORS = {"EUR": 1.0, "GBP": 0.86, "USD": 1.10}
DOLLAR_REGIONS = {
    "united-states",
    "canada",
    "latin-america",
    "australia-new-zealand",
    "southeast-asia",
}
# What each customer of a case study bought: products, sites, first year in the local currency as
# the case study has it (at list prices where it is silent), days since created and signed.
FIRST_DEALS = {
    "Mercado Ruiz": ("slot;yard", 6, 118_000, 760, 610),
    "Brightsea Foods": ("frost;watt", 3, 107_000, 820, 640),
    "Hallström & Beck": ("pulse", 9, 376_000, 900, 760),
    "Tri-Rivers Parcel": ("yard", 5, 134_900, 560, 430),
    "Lindenau Pharma Grosshandel": ("frost", 4, 280_700, 890, 720),
    "Moravel Automotive": ("slot;yard", 1, 74_000, 930, 800),
    "Carrières Dumont": ("slot", 3, 36_100, 420, 350),
    "Petal & Thread": ("pulse;slot", 2, 97_000, 790, 670),
    "Aguas del Valle": ("yard;watt", 4, 211_600, 780, 640),
    "Southern Reef Cold Storage": ("watt", 5, 135_700, 690, 560),
}


@dataclass(frozen=True, slots=True)
class Account:
    external_id: str
    name: str
    industry: str
    region: str
    employees: int
    country: str
    owner: str

    @property
    def currency(self) -> str:
        if self.region in DOLLAR_REGIONS:
            return "USD"
        return "GBP" if self.country == "United Kingdom" else "EUR"


@dataclass(frozen=True, slots=True)
class Deal:
    """`days`: since it was created, last changed its stage and, if so, was closed."""

    products: str
    sites: int
    stage: str
    persona: str
    competitor: str
    outcome: str
    days: tuple[int, int, int | None]


def main() -> None:
    """Write both files."""
    words = tomllib.loads((HERE / "crm_words.toml").read_text(encoding="utf-8"))
    people = tomllib.loads((HERE / "people.toml").read_text(encoding="utf-8"))
    chance = random.Random(SEED)  # noqa: S311 - nothing here is secret
    accounts = list(_accounts(words, people))
    columns = ("external_id", "name", "industry", "region", "employees", "country")
    _write(
        HERE / "accounts.csv",
        columns,
        [{column: getattr(a, column) for column in columns} for a in accounts],
    )
    deals = list(_deals(accounts, words, chance))
    _write(HERE / "opportunities.csv", tuple(deals[0]), deals)


def _accounts(words: Mapping[str, Any], people: Mapping[str, Any]) -> Iterator[Account]:
    """Accounts of one region follow each other; its team's reps take turns."""
    reps = {
        region: [rep["email"] for rep in team["reps"]]
        for team in people["team"]
        for region in team["region"]
    }
    turn: dict[str, int] = {}
    number = 1000
    for region, countries in words["accounts"].items():
        lines = [(line, country) for country, some in countries.items() for line in some]
        if region in words["customers"]:
            line, _, country = words["customers"][region].rpartition(" | ")
            lines.insert(0, (line, country))
        for line, country in lines:
            number += 1
            name, industry, employees = line.split(" | ")
            team = reps[region]
            turn[team[0]] = turn.get(team[0], -1) + 1
            owner = team[turn[team[0]] % len(team)]
            yield Account(f"ACC-{number}", name, industry, region, int(employees), country, owner)


def _deals(
    accounts: Sequence[Account], words: Mapping[str, Any], chance: random.Random
) -> Iterator[dict[str, object]]:
    notes = _Notes(words, chance)
    sold: dict[str, list[str]] = {}
    number = 20000
    for account in accounts:
        if account.name in FIRST_DEALS:
            number += 1
            products, sites, amount, created, closed = FIRST_DEALS[account.name]
            days = (created, closed + 20, closed)
            deal = Deal(products, sites, "contracting", "supply-chain-head", "", "won", days)
            sold[account.name] = [products]
            yield _row(number, account, deal, name=_name(account, deal), amount=amount, notes="")
    # every account once, then more for those with more sites
    weights = [min(6.0, 0.4 + account.employees / 2000) for account in accounts]
    rest = DEALS - (number - 20000) - len(accounts)
    chosen = [*accounts, *chance.choices(accounts, weights, k=rest)]
    chance.shuffle(chosen)
    for account in chosen:
        number += 1
        before = sold.setdefault(account.name, [])
        deal = _deal(account, before, words, chance)
        name = _name(account, deal)
        if deal.products in before:
            name += f", phase {before.count(deal.products) + 1}"
        before.append(deal.products)
        price = _first_year(deal, account, chance) * FACTORS[account.currency]
        note = notes.write(account, deal)
        yield _row(number, account, deal, name=name, amount=round(price, -2), notes=note)


def _deal(
    account: Account, before: Sequence[str], words: Mapping[str, Any], chance: random.Random
) -> Deal:
    fits = words["fits"][account.industry]
    known = {key for products in before for key in products.split(";")}
    products = chance.choice([fit for fit in fits if known.isdisjoint(fit.split(";"))] or fits)
    lead = products.split(";")[0]
    persona = chance.choice(words["personas"][lead])
    competitor = chance.choice(words["competitors"][lead])
    outcome = _outcome(competitor, persona, chance)
    stage = "contracting"
    if outcome != "won":
        weights = LOST_STAGE_WEIGHTS if outcome == "lost" else OPEN_STAGE_WEIGHTS
        stage = chance.choices(STAGES, weights)[0]
    most = min(14, account.employees // 400)
    sites = chance.choice((1, 1, 1, 2, 3, chance.randint(1, most))) if most > 2 else 1
    days = _days(stage, outcome, chance)
    return Deal(products, sites, stage, persona, competitor, outcome, days)


def _outcome(competitor: str, persona: str, chance: random.Random) -> str:
    """Half the deals have ended; who only met purchasing loses more of them."""
    if chance.random() < 0.5:
        return ""
    wins = 0.55
    wins -= 0.2 if persona == "procurement-lead" else 0.0
    wins -= 0.1 if competitor in {"gatemoor", "status-quo"} else 0.0
    return "won" if chance.random() < wins else "lost"


def _days(stage: str, outcome: str, chance: random.Random) -> tuple[int, int, int | None]:
    reached = STAGES.index(stage)
    if outcome:
        closed = int(chance.triangular(2, 360, 90))
        moved = closed + chance.randint(3, 30)
        return moved + chance.randint(15, 40) * max(1, reached), moved, closed
    moved = int(chance.triangular(1, 90, 12))
    return moved + chance.randint(10, 32) * reached, moved, None


def _first_year(deal: Deal, account: Account, chance: random.Random) -> int:
    """Subscription and introduction of the first year in euros, list price less a discount."""
    sites, more = deal.sites, deal.sites - 1
    doors, positions = chance.randint(14, 48), chance.randint(60, 420)
    workers = max(60, min(400, account.employees // max(2, sites)))
    points = chance.randint(40, 320)
    slot_month = 690 + 22 * max(0, doors - 20)
    yard_month = 1150 + 4 * max(0, positions - 150)
    prices = {
        "slot": 12 * sites * slot_month + 6500 + 2400 * more,
        "yard": 12 * sites * yard_month + 14000 + 7500 * more,
        "pulse": 12 * sites * 14 * workers + 18000 + 9000 * more,
        "frost": sites * points * (12 * 9.5 + 118) + 1280 * sites + 4500 + 2200 * more,
        "watt": 12 * 890 * sites + 22000 + 12000 * more,
    }
    total = sum(prices[key] for key in deal.products.split(";"))
    return round(total * (1 - chance.choice((0, 0, 0.05, 0.08, 0.12, 0.18))))


class _Notes:
    """Call notes, each sentence used as seldom as the lists allow."""

    def __init__(self, words: Mapping[str, Any], chance: random.Random) -> None:
        self._words = words
        self._chance = chance
        self._left: dict[tuple[str, ...], list[str]] = {}

    def write(self, account: Account, deal: Deal) -> str:
        """A note of two to four sentences; about half the deals have none."""
        if self._chance.random() < 0.5:
            return ""
        told = [self._situation(account, deal.products.split(";")[0])]
        if deal.competitor and self._chance.random() < 0.5:
            told.append(self._one("against", deal.competitor))
        if self._chance.random() < 0.7:
            told.append(self._one("said", deal.persona))
        ending = ("closed", deal.outcome) if deal.outcome else ("next", deal.stage)
        told.append(self._one(*ending))
        return " ".join(told)

    def _situation(self, account: Account, product: str) -> str:
        fitting = [
            line
            for line in self._words["situations"][product]
            if line.count(" | ") == 1 or account.industry in line.rpartition(" | ")[2].split(";")
        ]
        line = self._next_of(("situations", product, account.industry), fitting)
        sentence, numbers = line.split(" | ")[:2]
        lowest, _, highest = numbers.partition("-")
        number = self._chance.randint(int(lowest), int(highest))
        return sentence.format(a=number, currency=account.currency)

    def _one(self, group: str, key: str) -> str:
        return self._next_of((group, key), self._words[group][key])

    def _next_of(self, key: tuple[str, ...], lines: Sequence[str]) -> str:
        left = self._left.setdefault(key, [])
        if not left:
            left.extend(lines)
            self._chance.shuffle(left)
        return left.pop()


def _name(account: Account, deal: Deal) -> str:
    products = " and ".join(key.capitalize() for key in deal.products.split(";"))
    return f"{account.name}: {products}, {deal.sites} site{'s' if deal.sites > 1 else ''}"


def _row(
    number: int, account: Account, deal: Deal, *, name: str, amount: float, notes: str
) -> dict[str, object]:
    created, moved, closed = deal.days
    return {
        "external_id": f"OPP-{number}",
        "name": name,
        "account_external_id": account.external_id,
        "owner_email": account.owner,
        "stage": deal.stage,
        "amount": int(amount),
        "currency": account.currency,
        "product": deal.products,
        "competitor": deal.competitor,
        "persona": deal.persona,
        "created_days_ago": created,
        "stage_changed_days_ago": moved,
        "closed_days_ago": "" if closed is None else closed,
        "outcome": deal.outcome,
        "notes": notes,
    }


def _write(path: Path, columns: Sequence[str], rows: Sequence[Mapping[str, object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
