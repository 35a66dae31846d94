"""The mailboxes that an operator lists in `mailboxes.toml`, and how far each was read."""

import hashlib
import json
import os
import tomllib
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, cast

from contentlib.errors import InvalidInput

Security = Literal["tls", "starttls", "none"]
_HERE = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class Account:
    """A mailbox whose Sent folder is polled.

    `address` is the member whose it is. The secret stands in one of `password`, `password_file`
    and `token_file` (a bearer token that something else renews, for servers that take no
    password). `folder` is found by its mark where it is not named. `aliases` are further
    addresses of the member. Without encryption only a server on this machine is asked.
    """

    address: str
    host: str
    user: str
    port: int = 993
    password: str = field(default="", repr=False)
    password_file: str = ""
    token_file: str = ""
    folder: str = ""
    aliases: tuple[str, ...] = ()
    security: Security = "tls"
    ca_file: str = ""

    def secret(self) -> str:
        """Raises InvalidInput where its file cannot be read."""
        name = self.password_file or self.token_file
        if not name:
            return self.password
        try:
            return Path(name).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            raise InvalidInput(f"The secret of {self.address} cannot be read: {name}.") from error


def read_accounts(path: Path) -> tuple[Account, ...]:
    """The accounts of the file; none where there is no file.

    Raises InvalidInput, with a sentence that holds no secret, for a file that others can read or
    that says something we do not know.
    """
    if not path.exists():
        return ()
    if path.stat().st_mode & 0o077:
        raise InvalidInput(f"{path} holds passwords: make it readable by its owner alone (600).")
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, OSError, ValueError) as error:
        raise InvalidInput(f"{path.name} is not TOML in UTF-8.") from error
    listed = told.get("account")
    if set(told) - {"account"} or not isinstance(listed, list):
        raise InvalidInput(f"{path.name} lists mailboxes, each under [[account]].")
    return tuple(_account(path.name, number, each) for number, each in enumerate(listed, start=1))


def _account(name: str, number: int, told: dict[str, Any]) -> Account:
    where = f"Account {number} in {name}"
    odd = set(told) - {each.name for each in fields(Account)}
    if odd:
        raise InvalidInput(f"{where}: {sorted(odd)[0]} is no setting of a mailbox.")
    missing = [key for key in ("address", "host", "user") if not isinstance(told.get(key), str)]
    if missing:
        raise InvalidInput(f"{where} needs {missing[0]}.")
    if sum(key in told for key in ("password", "password_file", "token_file")) != 1:
        raise InvalidInput(f"{where} needs one of password, password_file and token_file.")
    if not isinstance(told.get("port", 993), int):
        raise InvalidInput(f"{where}: port is a number.")
    security = told.get("security", "tls")
    if security not in ("tls", "starttls", "none"):
        raise InvalidInput(f"{where}: security is tls, starttls or none.")
    if security == "none" and told["host"] not in _HERE:
        raise InvalidInput(f"{where}: without encryption only a server on this machine is asked.")
    aliases = told.get("aliases", [])
    if not isinstance(aliases, list):
        raise InvalidInput(f"{where}: aliases is a list of addresses.")
    words = {
        key: str(value)
        for key, value in told.items()
        if key not in ("address", "port", "aliases", "security")
    }
    return Account(
        **words,
        address=str(told["address"]).strip().lower(),
        port=told.get("port", 993),
        aliases=tuple(str(alias).strip().lower() for alias in aliases),
        security=cast("Security", security),
    )


class Marks:
    """How far a mailbox was read, in a small file of its own beside the others.

    Losing it costs a second reading, never a second send: messages are known by their ids.
    """

    def __init__(self, folder: Path, account: Account) -> None:
        told = "\n".join((account.address, account.host, account.user, account.folder))
        self._path = folder / f"{hashlib.sha256(told.encode()).hexdigest()[:24]}.json"
        try:
            self._held: dict[str, Any] = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            self._held = {}

    def last_uid(self, uid_validity: int) -> int:
        """The last message taken; 0 where the server has numbered its messages anew."""
        if self._held.get("uid_validity") != uid_validity:
            self._held |= {"uid_validity": uid_validity, "last_uid": 0}
        return int(self._held.get("last_uid", 0))

    def reached(self, uid: int) -> None:
        """The message is taken, or is none for us."""
        self._write(last_uid=max(uid, int(self._held.get("last_uid", 0))))

    def is_due(self, now: datetime, every_minutes: int) -> bool:
        tried_at = self._held.get("tried_at")
        if not isinstance(tried_at, str):
            return True
        # less a few seconds: the pass that asks comes once a minute, and not to the second
        every = timedelta(minutes=every_minutes, seconds=-10)
        return not timedelta() <= now - datetime.fromisoformat(tried_at) < every

    def tried(self, now: datetime, *, problem: str = "") -> None:
        """The mailbox was looked at, and read to its end unless there is a problem."""
        self._write(tried_at=now.isoformat(), problem=problem)

    def _write(self, **values: object) -> None:
        self._held |= values
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(f".{os.getpid()}.new")
        fresh.write_text(json.dumps(self._held), encoding="utf-8")
        fresh.replace(self._path)
