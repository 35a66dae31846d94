"""Every setting, read once from the environment into one frozen object.

The README's table is held to this file by a test. A value that makes no sense is
refused at start with a sentence; nothing else in the project reads the environment.
"""

import os
import secrets
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from contentlib.errors import InvalidInput
from contentlib.ports import Limits


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"{name!r} is not a time zone such as Europe/Berlin") from error
    return name


def _networks_in(written: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(each, strict=False) for each in written.replace(",", " ").split())


_MOST_BY_ITSELF = 4
_SECRET_KEYS: dict[Path, bytes] = {}


class Settings(BaseSettings):
    """How this installation is set up. Durations carry their unit in the name."""

    model_config = SettingsConfigDict(env_prefix="CONTENTLIB_", frozen=True, extra="ignore")

    data_dir: Path = Field(
        Path("var/contentlib"), description="Folder of the database, files and search index"
    )
    database_url: str = Field(
        "", description="postgresql://... ; empty means SQLite in the data folder"
    )
    base_url: str = Field(
        "http://127.0.0.1:8000", description="Address under which people and buyers reach us"
    )
    company_name: str = Field("Your company", description="Shown to buyers beside a shared asset")
    time_zone: Annotated[str, AfterValidator(_known_zone)] = Field(
        "UTC", description="Days in reports begin and end in this zone"
    )
    secure_cookies: bool = Field(
        False, description="Set to true when served over https: cookies then never leave it"
    )
    trusted_proxies: int = Field(
        0, ge=0, le=5, description="How many reverse proxies of ours stand in front"
    )
    mail_url: str = Field(
        "", description="smtp://user:password@host:587 or maildir:/folder; empty: no mail is sent"
    )
    mail_from: str = Field(
        "library@localhost.localdomain", description="Sender of mails from the product"
    )
    mailbox_poll_minutes: int = Field(
        10,
        ge=1,
        le=1440,
        description="How often the Sent folders listed in `mailboxes.toml` are looked at",
    )
    mailbox_since_days: int = Field(
        90, ge=1, le=3650, description="How far back the first look at a Sent folder goes"
    )
    bcc_address: str = Field(
        "",
        description="Address for blind copies, such as bcc@mail.example.com; each member's own is "
        "made of it; empty: none are taken",
    )
    bcc_host: str = Field(
        "127.0.0.1", description="Address on which mail for the blind copies is awaited"
    )
    bcc_port: int = Field(2525, ge=1, le=65535, description="Port on which it is awaited")
    bcc_networks: str = Field(
        "127.0.0.0/8, ::1",
        description="Networks whose mail servers may hand us blind copies, parted by commas",
    )
    embedding_model: str = Field(
        "", description="Folder or name of another embedding model; empty: all-MiniLM-L6-v2"
    )
    upload_max_mb: int = Field(200, ge=1, le=4096, description="Largest file taken")
    parse_seconds: float = Field(60, gt=0, le=3600, description="Time given to read one file")
    parse_memory_mb: int = Field(1536, ge=256, description="Memory given to read one file")
    parse_pages: int = Field(2000, ge=1, description="Pages, slides or sheets read at the most")
    parse_text_chars: int = Field(5_000_000, ge=1000, description="Characters of text read")
    fetch_private_addresses: bool = Field(
        False, description="Allow web imports from inside the network (intranet pages)"
    )
    session_hours: int = Field(12, ge=1, le=720, description="A sign-in lasts this long")
    lockout_attempts: int = Field(
        5, ge=2, le=50, description="Wrong passwords in a row before an account rests"
    )
    lockout_minutes: int = Field(15, ge=1, le=1440, description="How long it rests")
    search_floor: float = Field(
        0.30, ge=0, le=1, description="Relevance under which a result counts as nothing found"
    )
    unused_min_impressions: int = Field(
        5, ge=1, description="Fewer impressions (and opens) than this: never shown"
    )
    unused_min_opens: int = Field(5, ge=1, description="From here on: opened, not sent")
    eligible_days: int = Field(
        30, ge=1, le=90, description="Days an asset must have been published to be judged"
    )
    window_days: int = Field(90, ge=7, le=730, description="Length of a report's default window")
    viewer_processes: int = Field(
        0,
        ge=0,
        le=64,
        description="Processes of `serve --only viewer`; 0: one a core, at most four",
    )
    visit_gap_minutes: int = Field(30, ge=5, description="Silence that ends a visit")
    hit_retention_days: int = Field(
        180, ge=1, description="How long raw requests on share links are kept"
    )
    return_after_hours: int = Field(
        72, ge=1, description="A visit after so much quiet is told to the rep as a return"
    )
    notices_per_hour: int = Field(
        6, ge=1, description="More mails about visits within an hour wait for the digest"
    )
    digest_hours: int = Field(4, ge=1, le=48, description="What waits for the digest waits so long")
    job_lease_seconds: int = Field(
        60, ge=30, description="A job whose worker is silent for so long is given to another"
    )
    job_attempts: int = Field(5, ge=1, le=20, description="Tries before a job is set aside")

    @field_validator("base_url")
    @classmethod
    def _whole_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError("give the whole address, such as https://library.example.com")
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if not value:
            return value
        scheme = value.split(":", 1)[0].split("+")[0]
        if scheme not in ("sqlite", "postgresql", "postgres"):
            raise ValueError("use a postgresql:// address, or leave it empty for SQLite")
        return value

    @field_validator("bcc_address")
    @classmethod
    def _plain_address(cls, value: str) -> str:
        local, at, domain = value.strip().lower().rpartition("@")
        if value and not (
            at and local and domain and "+" not in local and " " not in value.strip()
        ):
            raise ValueError("give an address without +, such as bcc@mail.example.com")
        return value.strip().lower()

    @field_validator("bcc_networks")
    @classmethod
    def _known_networks(cls, value: str) -> str:
        try:
            _networks_in(value)
        except ValueError as error:
            raise ValueError("give networks such as 10.0.0.0/8, parted by commas") from error
        return value

    @property
    def processes_of_viewer(self) -> int:
        """How many processes serve the share links where they are served alone."""
        return self.viewer_processes or min(os.cpu_count() or 1, _MOST_BY_ITSELF)

    @property
    def networks_of_bcc(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """From where blind copies are taken."""
        return _networks_in(self.bcc_networks)

    @property
    def limits(self) -> Limits:
        """The bounds of one parse."""
        return Limits(
            seconds=self.parse_seconds,
            memory_mb=self.parse_memory_mb,
            pages=self.parse_pages,
            text_chars=self.parse_text_chars,
            file_mb=self.upload_max_mb,
        )

    @property
    def sqlalchemy_url(self) -> str:
        """The database address as SQLAlchemy wants it, with the psycopg 3 driver."""
        if not self.database_url:
            return f"sqlite:///{self.data_dir / 'contentlib.db'}"
        scheme, rest = self.database_url.split(":", 1)
        if scheme in ("postgres", "postgresql"):
            return f"postgresql+psycopg:{rest}"
        return self.database_url

    def secret_key(self) -> bytes:
        """The key that signs cookies and share tokens: made on first use, kept in the data folder.

        Losing it signs everybody out and breaks every share link, so it lies beside the
        database and goes into every backup.
        """
        path = self.data_dir / "secret.key"
        known = _SECRET_KEYS.get(path)
        if known is not None:
            return known
        if not path.exists():
            self.data_dir.mkdir(parents=True, exist_ok=True)
            fresh = path.with_name(f".secret.{secrets.token_hex(6)}")
            fresh.touch(mode=0o600)
            fresh.write_bytes(secrets.token_bytes(32))
            # link() refuses to overwrite: of two processes starting at once one key wins
            try:
                path.hardlink_to(fresh)
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        # several tokens a request are signed with it, and it never changes while we run
        return _SECRET_KEYS.setdefault(path, path.read_bytes())


def load_settings(**overrides: Any) -> Settings:
    """Settings from the environment, then the overrides that are not None.

    Raises InvalidInput with one sentence for each wrong value.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        sentences = {
            str(problem["loc"][0]): problem["msg"].removeprefix("Value error, ")
            for problem in error.errors()
        }
        told = "; ".join(
            f"CONTENTLIB_{name.upper()}: {why}" for name, why in sorted(sentences.items())
        )
        raise InvalidInput(told, sentences) from error
