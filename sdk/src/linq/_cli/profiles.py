"""The keys that ``linq login`` stores: one per profile, in a file in the config folder that only its user can read."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import cast

from linq._errors import LinqApiv3Error
from linq._settings import DEFAULT_BASE_URL

DEFAULT_PROFILE = "default"


@dataclass(frozen=True, slots=True)
class Profile:
    """A key, and the base URL of its service."""

    api_key: str
    base_url: str = DEFAULT_BASE_URL

    def __repr__(self) -> str:
        return f"Profile(base_url={self.base_url!r})"


@dataclass(frozen=True, slots=True)
class Access:
    """The profile that a command uses, and a description of where it comes from."""

    profile: Profile
    source: str


class ProfileStore:
    """The file with the profiles."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self) -> dict[str, Profile]:
        """The profiles by name; empty if there is no file. Raises ``LinqApiv3Error`` if the file is invalid."""
        try:
            stored = cast("dict[str, dict[str, str]]", json.loads(self.path.read_text(encoding="utf-8")))
            return {name: Profile(**values) for name, values in stored.items()}
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise LinqApiv3Error(
                f"{self.path} cannot be read: {error.strerror}; check its permissions, or set LINQ_API_V3_API_KEY"
            ) from error
        except (ValueError, TypeError, AttributeError) as error:
            raise LinqApiv3Error(f"{self.path} cannot be read ({error}); remove it and run: linq login") from error

    def save(self, name: str, profile: Profile) -> None:
        """Store a profile under this name. The file is replaced atomically, and is never readable by other users.

        Raises ``LinqApiv3Error`` if it cannot be written.
        """
        profiles = {**self.load(), name: profile}
        draft = self.path.with_suffix(f".{os.getpid()}.tmp")
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
                json.dump({each: asdict(kept) for each, kept in profiles.items()}, file, indent=2)
            draft.replace(self.path)
        except OSError as error:
            raise LinqApiv3Error(
                f"{self.path} cannot be written: {error.strerror}; check the permissions of its folder, or set "
                "LINQ_API_V3_API_KEY"
            ) from error

    def access(self, wanted: str | None, environment: Mapping[str, str] = os.environ) -> Access:
        """The profile with the name ``wanted``; without a name, the environment's key or the default profile.

        ``LINQ_API_V3_BASE_URL`` applies to the environment's key only: a stored key is sent only to its own service.
        Raises ``LinqApiv3Error`` if there is no such profile, or no key at all.
        """
        key = environment.get("LINQ_API_V3_API_KEY")
        if wanted is None and key:
            address = environment.get("LINQ_API_V3_BASE_URL") or DEFAULT_BASE_URL
            return Access(Profile(key, address), "the environment variable LINQ_API_V3_API_KEY")
        name = wanted or DEFAULT_PROFILE
        profiles = self.load()
        if name in profiles:
            return Access(profiles[name], f"the profile {name!r} in {self.path}")
        if wanted is not None:
            known = ", ".join(sorted(profiles)) or "none yet"
            raise LinqApiv3Error(f"There is no profile {wanted!r} (there is: {known}); linq login --profile {wanted}")
        raise LinqApiv3Error("No API key: run linq login, or set the environment variable LINQ_API_V3_API_KEY")
