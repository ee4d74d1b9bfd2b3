"""Liveness and readiness, for the operator."""

from trunkline.api.operation import GET, Operation, Request
from trunkline.api.responses import Response
from trunkline.domain.errors import FilesNotReady
from trunkline.schemas.probes import Readiness, State

_TAG = "Process"


@Operation(
    GET,
    "/healthz",
    id="liveness",
    tag=_TAG,
    summary="Whether the process is running",
    description="Succeeds while the process serves requests, even if the database does not answer.",
    response_description="The process is running.",
    response=State,
    needs_key=False,
)
async def liveness(request: Request) -> Response:
    return request.json(State("ok"))


@Operation(
    GET,
    "/readyz",
    id="readiness",
    tag=_TAG,
    summary="Whether the service can answer requests",
    description="Reads and writes the database and the folder of the attachments. If one of them is gone, full or "
    "read-only, or does not answer, the error says so. If the service is ready, but the database accepts no more "
    "connections, or the read replica is not used, `notices` says so.",
    response_description="The service is ready.",
    response=Readiness,
    errors=(FilesNotReady,),
    needs_key=False,
)
async def readiness(request: Request) -> Response:
    await request.store.check_ready()
    return request.json(Readiness("ok", request.store.notices()))


ROUTES = (liveness, readiness)
