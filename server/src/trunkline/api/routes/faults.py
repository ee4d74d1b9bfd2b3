"""``/admin/faults``: requests that fail on purpose. Only this service has it."""

from trunkline.actions.sandbox import faults
from trunkline.api.operation import DELETE, GET, POST, Operation, Request
from trunkline.api.responses import Response, no_content
from trunkline.domain.errors import InvalidParameter, InvalidPhoneNumber, NotFound
from trunkline.domain.faults import MAX_FAULTS, Fault, StoredFault
from trunkline.schemas.faults import ClearedFaults, Faults

_TAG = "Sandbox"


@Operation(
    POST,
    "/admin/faults",
    id="addFault",
    tag=_TAG,
    needs_sandbox=True,
    summary="Make requests fail",
    description=f"""\
A fault applies to your next requests that match it, whichever worker serves them: `times` counts exactly. Each request
has the first fault that matches it, in the order in which you added them. Requests without a valid key, requests to
`/admin` and documentation have none. The response to a request with a fault has its id in the header
`X-Trunkline-Fault`. You can have {MAX_FAULTS} faults. The [guide](/guides/sandbox#faults) has examples.
""",
    status=201,
    response_description="The fault, which applies from now on.",
    body=Fault,
    body_example={"effect": "rate_limit", "retry_after": 2, "times": 3, "method": "POST"},
    response=StoredFault,
    errors=(InvalidParameter, InvalidPhoneNumber),
)
async def add(request: Request) -> Response:
    return request.json(await faults.add_fault(request.store, request.ctx, request.body(Fault)), 201)


@Operation(
    GET,
    "/admin/faults",
    id="listFaults",
    tag=_TAG,
    needs_sandbox=True,
    summary="List your faults",
    description="The oldest first. A fault that has applied to its last request is no longer listed.",
    response_description="Your faults.",
    response=Faults,
)
async def list_all(request: Request) -> Response:
    return request.json(Faults(list(await faults.list_faults(request.store, request.ctx.partner_id))))


@Operation(
    DELETE,
    "/admin/faults/{fault_id}",
    id="removeFault",
    tag=_TAG,
    needs_sandbox=True,
    summary="Remove a fault",
    description="It applies to no further request.",
    status=204,
    response_description="Fault removed.",
    errors=(NotFound,),
)
async def remove(request: Request) -> Response:
    await faults.remove_fault(request.store, request.ctx.partner_id, request.path["fault_id"])
    return no_content()


@Operation(
    DELETE,
    "/admin/faults",
    id="clearFaults",
    tag=_TAG,
    needs_sandbox=True,
    summary="Remove every fault",
    description="None of your requests fails on purpose any longer.",
    response_description="The faults are removed.",
    response=ClearedFaults,
)
async def clear(request: Request) -> Response:
    return request.json(ClearedFaults(await faults.clear_faults(request.store, request.ctx.partner_id)))


ROUTES = (add, list_all, remove, clear)
