"""The OpenAPI document: valid OpenAPI 3.1, complete, and consistent with the service's responses."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.api.reference_site import BASE, Site, open_site
from tests.support.chats import make_chat
from tests.support.partners import new_partner, save
from trunkline.api.chat_query import PARAMETERS
from trunkline.api.operation import POST, Operation, Request
from trunkline.api.reference.openapi import describe
from trunkline.api.responses import Response
from trunkline.domain.errors import InvalidBody, InvalidPhoneNumber, MissingField
from trunkline.domain.paging import Include


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with open_site(tmp_path_factory.mktemp("site")) as opened:
        yield opened


@pytest.fixture(scope="module")
def document(site: Site) -> dict[str, Any]:
    return site.ask("/openapi.json").json()


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Every operation."""
    return [described for item in document["paths"].values() for described in item.values()]


def assert_fits(value: Any, schema: dict[str, Any], document: dict[str, Any]) -> None:
    """Fails with the first reason why a value does not match its schema."""
    validator = OAS31Validator(
        {**schema, "components": document["components"]}, format_checker=OAS31Validator.FORMAT_CHECKER
    )
    assert [error.message for error in validator.iter_errors(value)] == []


def test_it_is_valid(document: dict[str, Any]) -> None:
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_everything_in_it_is_described(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        assert "description" in schema or "properties" in schema, name
        for field, each in schema.get("properties", {}).items():
            assert each.get("description") or "$ref" in each, f"{name}.{field}"
    for described in operations(document):
        assert described["summary"]
        assert described["description"]
        assert all(each["description"] for each in described.get("parameters", []))
        assert all(each["description"] for each in described["responses"].values())


def test_every_answer_has_a_trace_id_and_every_error_an_envelope(document: dict[str, Any]) -> None:
    for described in operations(document):
        for status, response in described["responses"].items():
            assert "X-Trace-ID" in response["headers"]
            if int(status) >= 400:
                content = response["content"]["application/json"]
                assert content["schema"] == {"$ref": "#/components/schemas/Envelope"}
                for code, example in content["examples"].items():
                    assert_fits(example["value"], content["schema"], document)
                    assert example["value"]["error"]["status"] == int(status)
                    assert example["value"]["error"]["doc_url"] == f"{BASE}/docs/errors#{code}"


def test_no_operation_lists_an_error_twice(document: dict[str, Any]) -> None:
    for described in operations(document):
        for status, response in described["responses"].items():
            lines = response["description"].splitlines()
            assert len(lines) == len(set(lines)), (described["operationId"], status)


def test_operations_have_names_of_their_own(document: dict[str, Any]) -> None:
    names = [described["operationId"] for described in operations(document)]
    assert len(names) == len(set(names))


def test_only_the_api_itself_asks_for_a_key(document: dict[str, Any]) -> None:
    for path, item in document["paths"].items():
        for described in item.values():
            asks = path.startswith(("/v3/", "/admin/"))
            assert described.get("security") == ([{"key": []}] if asks else None)
            assert ("401" in described["responses"]) == asks
    assert document["paths"]["/v3/chats"]["get"]["responses"]["401"]["headers"].keys() >= {"WWW-Authenticate"}


def test_the_list_has_the_parameters_that_its_parser_reads(document: dict[str, Any]) -> None:
    assert [each["name"] for each in document["paths"]["/v3/chats"]["get"]["parameters"]] == list(PARAMETERS)
    assert "parameters" not in document["paths"]["/readyz"]["get"]


def test_the_examples_fit(document: dict[str, Any]) -> None:
    content = document["paths"]["/v3/chats"]["get"]["responses"]["200"]["content"]["application/json"]
    assert_fits(content["example"], content["schema"], document)
    for each in document["paths"]["/v3/chats"]["get"]["parameters"]:
        for example in each["schema"].get("examples", []):
            assert_fits(example, each["schema"], document)


def test_what_the_service_answers_fits(site: Site, document: dict[str, Any]) -> None:
    async def fill() -> str:
        partner = await new_partner(site.opened.store)
        await save(site.opened.store, partner.id, *[make_chat(number) for number in range(1, 4)])
        return partner.secret

    key = site.opened.run(fill())
    answer = site.ask("/v3/chats?limit=2", key=key)
    assert answer.status_code == 200
    assert len(answer.json()["chats"]) == 2
    assert_fits(answer.json(), {"$ref": "#/components/schemas/ChatList"}, document)
    described = document["paths"]["/v3/chats"]["get"]["responses"]["200"]["headers"]
    assert {name.lower() for name in described} == answer.headers.keys() - {"content-type"}
    including = site.ask("/v3/chats?include=last_message,unread_count,message_count", key=key)
    assert including.json()["chats"][0].keys() - answer.json()["chats"][0].keys() == {*Include}
    assert_fits(including.json(), {"$ref": "#/components/schemas/ChatList"}, document)
    for path, status in (("/v3/chats", 401), ("/nowhere", 404)):
        refused = site.ask(path)
        assert refused.status_code == status
        assert_fits(refused.json(), {"$ref": "#/components/schemas/Envelope"}, document)
    for path in ("/healthz", "/readyz"):
        assert_fits(site.ask(path).json(), {"$ref": "#/components/schemas/State"}, document)


class GreetingSchema(msgspec.Struct):
    """A schema that a later route may take and return."""

    text: str


@Operation(
    POST,
    "/v3/greetings",
    id="greet",
    tag="Chats",
    summary="Greet",
    description="Returns the greeting.",
    status=201,
    body=GreetingSchema,
    response=GreetingSchema,
    errors=(InvalidPhoneNumber,),
)
async def greet(request: Request) -> Response:
    return request.json(request.body(GreetingSchema), 201)


def test_a_new_route_is_described_like_every_other() -> None:
    document = describe([greet], "1", BASE)
    described = document["paths"]["/v3/greetings"]["post"]
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []
    assert described["responses"]["201"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/Greeting"
    }
    assert "Greeting" in document["components"]["schemas"]
    examples = described["responses"]["400"]["content"]["application/json"]["examples"]
    assert examples.keys() == {str(error.code) for error in (MissingField, InvalidBody, InvalidPhoneNumber)}
