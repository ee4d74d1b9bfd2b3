"""What the journal of requests takes out."""

import base64
import json
from collections.abc import Callable, Mapping
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.domain.journal import without_secrets
from trunkline.domain.keys import PREFIX
from trunkline.domain.subscription import SECRET_PREFIX

KEY = PREFIX + "QECt-e1pFdQkv5wV_ENKkXbq6E3e4Ttn7UEvDKW-kXb"
SIGNING_SECRET = SECRET_PREFIX + base64.b64encode(bytes(range(251, 256)) * 6).decode()


def in_json(text: str) -> str:
    return json.dumps({"body": text})


SPELLINGS: Mapping[str, Callable[[str], str]] = {
    "plain": str,
    "in a URL": lambda secret: quote(secret, safe=""),
    "encoded too much": lambda secret: quote(secret, safe="").replace("_", "%5F").replace("-", "%2D"),
    "in lower case": lambda secret: secret.replace("_", "%5f"),
    "escaped": lambda secret: secret.replace("/", "\\/"),
    "JSON in JSON": lambda secret: in_json(json.dumps({"secret": secret}).replace("/", "\\/")),
}


@pytest.mark.parametrize("secret", [KEY, SIGNING_SECRET], ids=["key", "signing secret"])
@pytest.mark.parametrize("written", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_a_secret_is_replaced_however_it_is_written(secret: str, written: Callable[[str], str]) -> None:
    shown = without_secrets(f"a={written(secret)}&b=c")
    assert "[secret]" in shown
    assert shown.endswith("&b=c")
    body = secret.partition("_")[2]
    assert not any(body[start : start + 8] in shown for start in range(len(body) - 7))


@given(st.text(alphabet="tkwhsec_%5Ff\\/\"'& -ab", max_size=60))
def test_only_secrets_are_replaced(text: str) -> None:
    shown = without_secrets(text)
    if "tk" not in text and "whsec" not in text:
        assert shown == text
    assert without_secrets(shown) == shown
