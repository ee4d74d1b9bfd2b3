"""What a worker answers while it cannot open the database: a service that runs, and is not ready."""

import msgspec

from trunkline.api.app import TRACE_HEADER, public_error
from trunkline.api.operation import Receive, Scope, Send
from trunkline.api.responses import error_response, json_response
from trunkline.api.routes.probes import liveness
from trunkline.domain.errors import NotReady
from trunkline.domain.ids import new_trace_id
from trunkline.schemas.probes import State

_ALIVE = msgspec.json.encode(State("ok"))
_ERROR = public_error(NotReady("the database cannot be opened"))


class Unavailable:
    """Answers HTTP: the liveness probe as always, and everything else with 503."""

    def __init__(self, doc_base: str) -> None:
        self._doc_base = doc_base

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        trace_id = new_trace_id()
        is_probe = scope["path"] == liveness.path
        response = json_response(_ALIVE) if is_probe else error_response(_ERROR, trace_id, self._doc_base)
        headers = [*response.headers, (TRACE_HEADER, trace_id.encode())]
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        await send({"type": "http.response.body", "body": response.body})
