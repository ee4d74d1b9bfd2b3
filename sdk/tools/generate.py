"""Write the generated files of the SDK.

python sdk/tools/generate.py           write the files that are not current, and name them
python sdk/tools/generate.py --check   write nothing; exit with 1 if any file is not current

public_names.py ──generate_names──▶ linq/__init__.py, linq/types/__init__.py, …
linq/_requests ──generate_resources──▶ linq/_async/resources ──generate_sync──▶ linq/_sync
both ──generate_paths──▶ linq/resources, linq/types/chat_create_params.py, …
"""

import sys

import generate_names
import generate_paths
import generate_resources
import generate_sync
from files import PACKAGE


def main(arguments: list[str]) -> int:
    check = "--check" in arguments
    stale = False
    # In this order: each generator reads what the one before has written.
    for generator in (generate_names, generate_resources, generate_sync, generate_paths):
        for target, text in generator.files():
            if target.exists() and target.read_text("utf-8") == text:
                continue
            stale = True
            print(f"{target.relative_to(PACKAGE)}: {'not current' if check else 'written'}")
            if not check:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, "utf-8")
    return 1 if stale and check else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
