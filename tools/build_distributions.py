"""``python tools/build_distributions.py FOLDER``: both wheels and source archives, checked, in a folder of their own.

A wheel is built from its source archive, and must contain every file of the package, so that none is missing for
users alone.
"""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = {"sdk": "linq", "server": "trunkline"}
_NOT_SHIPPED = ("__pycache__", ".pyc", ".egg-info")


def main(folder: Path) -> int:
    """Builds and checks."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in [*folder.glob("*.whl"), *folder.glob("*.tar.gz")]:
        old.unlink()
    for project, package in PACKAGES.items():
        before = set(folder.glob("*.whl"))
        run("build", "--outdir", str(folder), str(ROOT / project))
        [wheel] = set(folder.glob("*.whl")) - before
        missing = files_of(ROOT / project / "src", package) - set(zipfile.ZipFile(wheel).namelist())
        if missing:
            print(f"{wheel.name} lacks {', '.join(sorted(missing))}")
            return 1
    run("twine", "check", "--strict", *[str(each) for each in sorted(folder.iterdir())])
    return 0


def files_of(source: Path, package: str) -> set[str]:
    """The files of a package, relative to its source folder."""
    return {
        file.relative_to(source).as_posix()
        for file in (source / package).rglob("*")
        if file.is_file() and not any(each in file.as_posix() for each in _NOT_SHIPPED)
    }


def run(module: str, *arguments: str) -> None:
    """Runs a module of this environment. Raises ``CalledProcessError``."""
    subprocess.run([sys.executable, "-m", module, *arguments], check=True)  # noqa: S603


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).absolute()))
