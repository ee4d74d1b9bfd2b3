"""The error tree: which error each response raises, and what the error contains."""

import inspect

import httpx2
import pytest

import linq
from linq import _errors
from tests.sdk.clients import Half
from tests.sdk.samples import answering, envelope


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, linq.BadRequestError),
        (401, linq.AuthenticationError),
        (403, linq.PermissionDeniedError),
        (404, linq.NotFoundError),
        (409, linq.ConflictError),
        (422, linq.UnprocessableEntityError),
        (429, linq.RateLimitError),
        (500, linq.InternalServerError),
        (503, linq.InternalServerError),
        (418, linq.APIStatusError),
        (304, linq.APIStatusError),
    ],
)
def test_every_status_has_its_error(half: Half, status: int, kind: type[linq.APIStatusError]) -> None:
    body = envelope(status, 1005, "limit must be between 1 and 100, not 0")
    client = half.client(answering(httpx2.Response(status, json=body)), max_retries=0)
    with pytest.raises(linq.APIStatusError) as caught:
        half.run(client.chats.list_chats(limit=0))
    error = caught.value
    assert type(error) is kind
    assert error.status_code == error.response.status_code == status
    assert error.request.url.params["limit"] == "0"
    assert error.body == body["error"]
    assert (error.code, error.doc_url) == (1005, "https://example.com/errors")
    assert error.trace_id == "0af7651916cd43dd8448eb211c80319c"
    assert str(error) == error.message
    assert str(error) == (
        f"Error code: {status} - limit must be between 1 and 100, not 0"
        " (code 1005, trace id 0af7651916cd43dd8448eb211c80319c)"
    )


@pytest.mark.parametrize(
    ("answer", "body", "message"),
    [
        (httpx2.Response(502, text="Bad gateway here"), "Bad gateway here", "Error code: 502 - Bad gateway here"),
        (httpx2.Response(500), None, "Error code: 500 - Internal Server Error"),
        (httpx2.Response(400, json={"x": 1}), {"x": 1}, 'Error code: 400 - {"x":1}'),
        (httpx2.Response(400, json=[1]), [1], "Error code: 400 - [1]"),
        (httpx2.Response(404, json={"error": "gone"}), "gone", 'Error code: 404 - {"error":"gone"}'),
        (
            httpx2.Response(500, headers={"x-trace-id": "abc"}),
            None,
            "Error code: 500 - Internal Server Error (trace id abc)",
        ),
    ],
)
def test_an_error_without_the_envelope_is_told_all_the_same(
    half: Half, answer: httpx2.Response, body: object, message: str
) -> None:
    with pytest.raises(linq.APIStatusError) as caught:
        half.run(half.client(answering(answer), max_retries=0).chats.list_chats())
    assert caught.value.body == body
    assert str(caught.value) == message
    assert caught.value.code is None


@pytest.mark.parametrize(
    ("headers", "more", "seconds"),
    [
        ({"retry-after": "12"}, {}, 12),
        ({}, {"retry_after": 3}, 3),
        ({"retry-after": "12"}, {"retry_after": 3}, 3),
        ({}, {}, None),
    ],
)
def test_retry_after_is_read_from_the_envelope_or_the_header(
    half: Half, headers: dict[str, str], more: dict[str, int], seconds: float | None
) -> None:
    answer = httpx2.Response(429, headers=headers, json=envelope(429, 1007, "slow down", **more))
    with pytest.raises(linq.RateLimitError) as caught:
        half.run(half.client(answering(answer), max_retries=0).chats.list_chats())
    assert caught.value.retry_after == seconds


def test_the_tree_that_the_module_draws_is_the_tree_there_is() -> None:
    drawn: dict[str, str] = {}
    above: list[str] = []
    for line in (_errors.__doc__ or "").splitlines():
        name = line.strip(" │├└─").split(" ")[0]
        if name.endswith("Error"):
            depth = (line.index(name) - 4) // 4
            above[depth:] = [name]
            drawn[name] = above[depth - 1] if depth else "Exception"
    classes = [kind for _, kind in inspect.getmembers(_errors, inspect.isclass) if issubclass(kind, Exception)]
    assert drawn == {kind.__name__: kind.__mro__[1].__name__ for kind in classes}


@pytest.mark.parametrize("name", [name for name in dir(linq) if name.endswith("Error")])
def test_every_error_is_public_and_one_root_catches_it(name: str) -> None:
    assert issubclass(getattr(linq, name), linq.LinqApiv3Error)
