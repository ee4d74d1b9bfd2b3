"""The version of both distributions: one file, from which every other place is written.

python tools/version.py             write the places that differ
python tools/version.py --check     write nothing; exit with 1 if a place differs
python tools/version.py --release   exit with 1 unless the changelog has a section for the version
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PLACES = {
    ROOT / "server/pyproject.toml": r'^version = "([^"]*)"$',
    ROOT / "sdk/pyproject.toml": r'^version = "([^"]*)"$',
    ROOT / "sdk/src/linq/_version.py": r'^__version__ = "([^"]*)"$',
}
"""The files that contain the version, and where."""

_VERSION = re.compile(r"\d+\.\d+\.\d+((a|b|rc)\d+)?")


def main(arguments: list[str]) -> int:
    """Writes or checks."""
    version = (ROOT / "VERSION").read_text("utf-8").strip()
    if not _VERSION.fullmatch(version):
        print(f"VERSION is {version!r}; it must be like 1.2.3 or 1.2.3rc1")
        return 1
    if "--release" in arguments:
        return check_release(version)
    stale = False
    for file, pattern in PLACES.items():
        before = file.read_text("utf-8")
        after, found = re.subn(pattern, lambda match: match[0].replace(match[1], version), before, flags=re.MULTILINE)
        if found != 1:
            raise SystemExit(f"{file} has {found} versions instead of one")
        if after != before:
            stale = True
            print(f"{file.relative_to(ROOT)}: {'not current' if '--check' in arguments else 'written'}")
            if "--check" not in arguments:
                file.write_text(after, "utf-8")
    return 1 if stale and "--check" in arguments else 0


def check_release(version: str) -> int:
    """Whether the first section of the changelog is this version's."""
    found = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    section = found[1] if found else None
    if section == version:
        return 0
    print(f"the first section of CHANGELOG.md is {section!r}; a release of {version} needs '## {version}'")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
