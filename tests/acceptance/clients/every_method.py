"""Calls every method of the ``linq`` on its path. Run it as ``python -m``; prints JSON: the response to each method.

every_method.py URL KEY
"""

import inspect
import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

import linq

IDS = "00000000-0000-7000-8000-000000000000"
"""Stands for every argument: what matters is whether the service knows the address."""


def methods(resource: Any, path: str = "") -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every method of a resource and of those within it, with its name: ``chats.polls.create``."""
    for name in dir(resource):
        if name.startswith(("_", "with_")):
            continue
        value = getattr(resource, name)
        if type(value).__name__.endswith("Resource"):
            yield from methods(value, f"{path}{name}.")
        elif path and inspect.ismethod(value) and "extra_headers" in inspect.signature(value).parameters:
            yield f"{path}{name}", value


def response_of(method: Callable[..., Any], requests: list[Any]) -> tuple[int, str, int]:
    """The status, the message if it is an error, and the number of requests."""
    before = len(requests)
    required = [each for each in inspect.signature(method).parameters.values() if each.default is each.empty]
    try:
        method(**dict.fromkeys([each.name for each in required], IDS))
    except linq.APIStatusError as error:
        return error.status_code, error.response.json()["error"]["message"], len(requests) - before
    return 200, "", len(requests) - before


if __name__ == "__main__":
    url, key = sys.argv[1:]
    requests: list[Any] = []
    http = linq.DefaultHttpxClient(event_hooks={"request": [requests.append]})
    client = linq.LinqAPIV3(api_key=key, base_url=url, http_client=http)
    print(json.dumps({name: response_of(method, requests) for name, method in methods(client)}))
