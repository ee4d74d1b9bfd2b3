"""The HTML pages: every URL that the service returns leads to one, and they load nothing from elsewhere."""

import re
import shlex
from collections import defaultdict
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any
from urllib.parse import urljoin

import msgspec
import pytest

from tests.api.reference_site import BASE, Site, open_site
from trunkline.api import html
from trunkline.api.html.frame import APP_PATH, SANDBOX_PATH, WEBHOOKS_PATH
from trunkline.api.html.markup import element, prose
from trunkline.api.reference.error_codes import ERRORS
from trunkline.api.responses import ERRORS_PATH
from trunkline.domain.chat import HealthStatus
from trunkline.domain.chat_health import Thresholds
from trunkline.domain.opt_out import is_opt_out
from trunkline.schemas.chat import GUIDE_PATH, health_anchor

PATHS = ("/docs", ERRORS_PATH, APP_PATH, GUIDE_PATH, WEBHOOKS_PATH, SANDBOX_PATH)
EVIL = "\"'><script>alert(1)</script><img src=https://elsewhere.example/x onerror=alert(1)>&amp;"


class Page(HTMLParser):
    """A parsed page. Fails if an element does not end inside its parent."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.words = ""
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag != "meta":
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data

    def values(self, attribute: str) -> list[str]:
        """Every value of an attribute, in order."""
        return [value for _, attributes in self.tags if (value := attributes.get(attribute)) is not None]

    @property
    def headings(self) -> list[int]:
        """The levels of the headings, in order."""
        return [int(tag[1]) for tag, _ in self.tags if re.fullmatch("h[1-6]", tag)]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with open_site(tmp_path_factory.mktemp("site")) as opened:
        yield opened


@pytest.fixture(scope="module")
def document(site: Site) -> dict[str, Any]:
    return site.ask("/openapi.json").json()


@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_well_formed(site: Site, path: str) -> None:
    page = Page(site.ask(path).text)
    tags = [tag for tag, _ in page.tags]
    ids = page.values("id")
    levels = page.headings
    assert page.text.startswith("<!doctype html>\n")
    assert [tags.count(landmark) for landmark in ("html", "head", "title", "header", "main", "h1")] == [1] * 6
    assert len(ids) == len(set(ids))
    assert levels[0] == 1
    assert all(below <= above + 1 for above, below in pairwise(levels)), levels
    assert all(" " not in each for each in ids)


@pytest.mark.parametrize("path", PATHS)
def test_a_page_loads_nothing_but_its_script(site: Site, path: str) -> None:
    answer = site.ask(path)
    page = Page(answer.text)
    scripts = [attributes for tag, attributes in page.tags if tag == "script"]
    assert scripts == ([{"type": "module", "src": "console/try.js"}] if path == "/docs" else [])
    assert not {"link", "img", "iframe", "form"} & {tag for tag, _ in page.tags}
    assert not any(name.startswith("on") or name == "style" for _, attributes in page.tags for name in attributes)
    assert "url(" not in page.text
    assert "@import" not in page.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert ("script-src" in policy) == bool(scripts)
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "public, max-age=300"


@pytest.mark.slow
@pytest.mark.parametrize("path", PATHS)
def test_every_link_leads_somewhere(site: Site, path: str) -> None:
    anchors: dict[str, set[str]] = defaultdict(set)
    for target in Page(site.ask(path).text).values("href"):
        address, _, anchor = urljoin(path, target).partition("#")
        anchors[address].add(anchor)
    for address, wanted in anchors.items():
        answer = site.ask(address)
        assert answer.status_code == 200, address
        if wanted != {""}:
            assert wanted - {""} <= set(Page(answer.text).values("id")), address


@pytest.mark.parametrize("path", PATHS)
def test_links_stay_below_the_prefix_of_a_proxy(site: Site, path: str) -> None:
    root = "https://proxy.example/chats-api"
    targets = {urljoin(root + path, target) for target in Page(site.ask(path).text).values("href")}
    assert {f"{root}{each}" for each in (*PATHS, "/openapi.json")} <= targets
    assert all(target.startswith(f"{root}/") for target in targets)


def test_the_root_leads_to_the_docs_below_the_prefix_of_a_proxy(site: Site) -> None:
    answer = site.ask("/")
    assert answer.status_code == 302
    assert urljoin("https://proxy.example/chats-api/", answer.headers["location"]) == (
        "https://proxy.example/chats-api/docs"
    )


def test_links_in_the_openapi_document_are_absolute(site: Site) -> None:
    # Not the groups of regular expressions, which begin with "(?".
    targets = set(re.findall(r"\]\((?!\?)([^)#]+)", site.ask("/openapi.json").text))
    assert f"{BASE}{SANDBOX_PATH}" in targets
    assert all(target.startswith(f"{BASE}/") for target in targets)


@pytest.mark.parametrize("path", [*PATHS, "/openapi.json"])
def test_link_checkers_may_ask_by_head(site: Site, path: str) -> None:
    assert site.ask(path, "HEAD").status_code == 200


def test_every_error_has_its_section(site: Site) -> None:
    anchors = Page(site.ask(ERRORS_PATH).text).values("id")
    assert {str(error.code) for error in ERRORS} <= set(anchors)


def test_the_doc_url_of_an_error_leads_to_its_section(site: Site) -> None:
    for path in ("/v3/chats", "/nowhere"):
        address, anchor = site.ask(path).json()["error"]["doc_url"].removeprefix(BASE).split("#")
        assert anchor in Page(site.ask(address).text).values("id")


@pytest.mark.parametrize("status", HealthStatus)
def test_every_health_status_has_its_section(site: Site, status: HealthStatus) -> None:
    page = Page(site.ask(GUIDE_PATH).text)
    assert health_anchor(status).removeprefix("#") in page.values("id")
    assert status.value in page.words


def test_the_guide_has_the_numbers_of_the_rule() -> None:
    page = Page(html.chat_health(Thresholds(1001, 1002, 1003, 1004)))
    assert all(f"{number} or more" in page.words for number in (1001, 1002, 1003, 1004))
    assert "$" not in page.words


def test_the_guide_names_the_opt_out_keywords() -> None:
    text = html.chat_health(Thresholds())
    listed = [line for line in text.splitlines() if line.startswith("<li>in capitals")]
    keywords = [keyword for line in listed for keyword in re.findall("<code>(.*?)</code>", line)]
    assert len(keywords) == 9
    assert all(is_opt_out(keyword) for keyword in keywords)


def test_the_reference_names_everything_that_is_described(site: Site, document: dict[str, Any]) -> None:
    page = Page(site.ask("/docs").text)
    anchors = page.values("id")
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert f"{method.upper()} {path}" in page.words
            assert operation["operationId"] in anchors
            assert all(f"<dt><code>{each['name']}</code>" in page.text for each in operation.get("parameters", []))
    for name, schema in document["components"]["schemas"].items():
        assert f"schema-{name}" in anchors
        assert all(f"<dt><code>{field}</code>" in page.text for field in schema.get("properties", {}))


def test_the_reference_shows_the_services_own_address(site: Site) -> None:
    page = Page(site.ask("/docs").text)
    assert f"curl --get {BASE}/v3/chats" in page.words
    assert "from linq import LinqAPIV3" in page.words
    assert f'base_url="{BASE}"' in page.words


def test_text_from_outside_stays_text() -> None:
    schema = {"type": "object", "description": EVIL, "properties": {EVIL: {"$ref": f"#/components/schemas/{EVIL}"}}}
    parameter = {
        "name": EVIL,
        "in": "query",
        "required": True,
        "schema": {"type": EVIL, "pattern": EVIL, "examples": [EVIL]},
    }
    operation = {
        "tags": [EVIL],
        "summary": EVIL,
        "description": EVIL,
        "operationId": EVIL,
        "deprecated": True,
        "parameters": [parameter],
        "requestBody": {"content": {EVIL: {"schema": {"enum": [EVIL], "default": EVIL}}}},
        "responses": {
            "200": {"description": EVIL, "content": {EVIL: {"schema": {"const": EVIL}, "example": {EVIL: EVIL}}}}
        },
    }
    text = html.api(
        {
            "info": {"version": EVIL, "summary": EVIL, "description": EVIL},
            "servers": [{"url": EVIL, "description": EVIL}],
            "tags": [{"name": EVIL, "description": EVIL}],
            "paths": {EVIL: {"post": operation}},
            "components": {"schemas": {EVIL: schema}, "securitySchemes": {EVIL: {"description": EVIL}}},
        }
    )
    for page in (Page(text), Page(html.errors(EVIL))):
        assert "img" not in {tag for tag, _ in page.tags}
        assert all(each.get("src") == "console/try.js" for tag, each in page.tags if tag == "script")
        assert not page.values("onerror")
        assert "<script>alert(1)</script>" in page.words
    assert element("p", EVIL, title=EVIL).count("<") == 2


def test_prose_has_no_way_to_the_outside() -> None:
    text = prose("![x](https://elsewhere.example/x.png) [y](javascript:alert(1)) <b>z</b>", 1)
    assert not re.search(r"<img|<b>|href=.javascript", text)


def test_the_reference_makes_an_example_of_what_is_required() -> None:
    schemas: dict[str, Any] = {
        "Reply": {
            "properties": {
                "text": {"type": "string", "examples": ["it's me"]},
                "to": {"anyOf": [{"$ref": "#/components/schemas/Reply"}, {"type": "null"}]},
                "tags": {"type": "array", "items": {"enum": ["a", "b"]}},
            }
        }
    }
    reply = {"application/json": {"schema": {"$ref": "#/components/schemas/Reply"}}}
    operation: dict[str, Any] = {
        "security": [{"key": []}],
        "parameters": [
            {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "examples": ["c 1"]}},
            {"name": "deep", "in": "query", "required": True, "schema": {"type": "boolean"}},
            {"name": "left out", "in": "query", "schema": {"type": "string"}},
        ],
        "requestBody": {"content": reply},
        "responses": {"201": {"description": "Made.", "content": reply}},
    }
    page = Page(
        html.api(
            {
                "info": {"version": "1", "summary": "", "description": ""},
                "servers": [{"url": BASE}],
                "paths": {"/v3/chats/{id}/replies": {"post": operation, "summary": "no operation"}},
                "components": {"schemas": schemas},
            }
        )
    )
    request = page.words[page.words.index("curl --request") : page.words.index("Responses")]
    body = msgspec.json.format('{"text":"it\'s me","to":null,"tags":["a"]}')
    assert request.split(" \\\n  ") == [
        f"curl --request POST '{BASE}/v3/chats/c 1/replies'",
        '--header "Authorization: Bearer $LINQ_API_V3_API_KEY"',
        "--url-query deep=true",
        "--header 'Content-Type: application/json'",
        f"--data {shlex.quote(body)}",
    ]
