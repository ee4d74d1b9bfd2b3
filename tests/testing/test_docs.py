"""The examples of docs/testing.md, each run as a test file."""

import re
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

PAGE = Path(__file__).parents[2] / "docs" / "testing.md"


@pytest.mark.slow
def test_every_example_passes(pytester: pytest.Pytester) -> None:
    examples = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    pytester.makepyfile(**{f"test_{number}": example for number, example in enumerate(examples)})

    result = pytester.runpytest_subprocess("-W", "error", "-p", "no:cacheprovider")

    result.assert_outcomes(passed=sum(example.count("\ndef test_") + example.startswith("def") for example in examples))
