"""Contact cards, and the number for a new person: ``/v3/contact_card``, ``/v3/available_number`` (docs/wire.md §4)."""

from collections.abc import Callable

from trunkline.actions.lines import contact_cards
from trunkline.actions.lines.available_number import LINE_TYPE, available_number, render_vcard
from trunkline.actions.lines.contact_cards import CardUpdate
from trunkline.api.operation import GET, PATCH, POST, Operation, Request, page
from trunkline.api.parameters import Parameter, read_query
from trunkline.api.responses import Response, no_content
from trunkline.domain.chat import MAX_RECIPIENTS
from trunkline.domain.contact_card import ContactCard
from trunkline.domain.errors import (
    ChatLeft,
    HandleBlocked,
    InvalidParameter,
    InvalidPhoneNumber,
    MissingField,
    NoContactCard,
    NoLineOfType,
    NotFound,
    NotYourLine,
    OptedOut,
)
from trunkline.domain.handle import E164, EMAIL, EMAIL_LIMIT, MAX_LINES, MAX_NUMBER, parse_handle, parse_number, quoted
from trunkline.domain.vcard import MEDIA_TYPE
from trunkline.schemas.contact_cards import (
    AvailableNumberSchema,
    ContactCardBody,
    ContactCards,
    ContactCardSchema,
    ContactCardUpdateBody,
    contact_card_schema,
)

_TAG = "Contact cards"
_NUMBER = {"type": "string", "pattern": f"^{E164}$", "maxLength": MAX_NUMBER, "examples": ["+13343284472"]}
_HANDLE = {"type": "string", "pattern": f"^(?:{E164}|{EMAIL})$", "maxLength": EMAIL_LIMIT}
_LINE_TYPES = (LINE_TYPE, "RCS")


def _line_parameter(description: str, *, required: bool = False) -> dict[str, Parameter]:
    return {
        "phone_number": Parameter(
            "phone_number",
            description,
            _NUMBER,
            lambda text: parse_number(text, "phone_number"),
            InvalidPhoneNumber,
            required=required,
        )
    }


_LIST_PARAMETERS = _line_parameter("One of your lines. By default, the cards of all of them.")
_UPDATE_PARAMETERS = _line_parameter("Your line.", required=True)


@Operation(
    GET,
    "/v3/contact_card",
    id="getContactCard",
    tag=_TAG,
    summary="List the contact cards of your lines",
    description="A line has at most one.",
    response_description="The cards.",
    response=ContactCards,
    errors=(InvalidPhoneNumber, InvalidParameter, NotYourLine),
    parameters=tuple(_LIST_PARAMETERS.values()),
)
async def list_all(request: Request) -> Response:
    line = read_query(request.query, _LIST_PARAMETERS).get("phone_number")
    cards = await contact_cards.list_cards(request.store, request.ctx.partner_id, line)
    return request.json(ContactCards([contact_card_schema(each) for each in cards]))


@Operation(
    POST,
    "/v3/contact_card",
    id="createContactCard",
    tag=_TAG,
    summary="Create the contact card of a line",
    description="Replaces the card that the line has. To change only some fields, use `PATCH`.",
    response_description="The card.",
    body=ContactCardBody,
    body_example={"phone_number": "+13343284472", "first_name": "Ada", "last_name": "Lovelace"},
    response=ContactCardSchema,
    errors=(InvalidPhoneNumber, InvalidParameter, NotYourLine),
)
async def create(request: Request) -> Response:
    body = request.body(ContactCardBody)
    line = parse_number(body.phone_number, "phone_number")
    card = ContactCard(line, body.first_name, body.last_name, body.image_url)
    return request.json(contact_card_schema(await contact_cards.set_card(request.store, request.ctx, card)))


@Operation(
    PATCH,
    "/v3/contact_card",
    id="updateContactCard",
    tag=_TAG,
    summary="Change the contact card of a line",
    description="Changes the fields in the body and keeps the others.",
    response_description="The card.",
    body=ContactCardUpdateBody,
    body_example={"image_url": "https://example.com/ada.jpg"},
    response=ContactCardSchema,
    errors=(InvalidPhoneNumber, InvalidParameter, NotYourLine, NoContactCard),
    parameters=tuple(_UPDATE_PARAMETERS.values()),
)
async def update(request: Request) -> Response:
    body = request.body(ContactCardUpdateBody)
    line = read_query(request.query, _UPDATE_PARAMETERS).get("phone_number")
    if line is None:
        raise MissingField("the parameter 'phone_number' is missing; it must be one of your lines")
    fields = CardUpdate(body.first_name, body.last_name, body.image_url)
    return request.json(contact_card_schema(await contact_cards.update_card(request.store, request.ctx, line, fields)))


@Operation(
    POST,
    "/v3/chats/{chat_id}/share_contact_card",
    id="shareContactCard",
    tag=_TAG,
    summary="Share the contact card of the line in a chat",
    adds_deliveries=True,
    description="""\
The recipients see the card as it is now, after the messages that you sent before. Create the card with
`POST /v3/contact_card` first. To share it after your first message in a chat, and not more than once a day, is enough.
""",
    status=204,
    response_description="The carrier shows the card.",
    errors=(NotFound, NoContactCard, ChatLeft, OptedOut, HandleBlocked),
)
async def share(request: Request) -> Response:
    await contact_cards.share_card(request.store, request.ctx, request.path["chat_id"])
    return no_content()


def _parse_list(name: str, maximum: int, parse: Callable[[str, str], str]) -> Callable[[str], list[str]]:
    def values(text: str) -> list[str]:
        given = [each for each in text.split(",") if each]
        if len(given) > maximum:
            raise InvalidParameter(f"'{name}' lists {len(given)} values; it must list at most {maximum}")
        return [parse(each, f"{name}[{index}]") for index, each in enumerate(given)]

    return values


def _parse_line_type(text: str) -> str | None:
    found = next((each for each in _LINE_TYPES if each.lower() == text.lower()), None)
    if found is None and text:
        raise InvalidParameter(f"'type' is {quoted(text)}; it must be {' or '.join(_LINE_TYPES)}")
    return found


_AVAILABLE = {
    each.name: each
    for each in (
        Parameter(
            "to",
            "The recipients of the message to come, comma-separated or repeated. If you have a chat with exactly these "
            "people, you get its line, as in `POST /v3/messages`.",
            {"type": "array", "items": _HANDLE, "maxItems": MAX_RECIPIENTS},
            _parse_list("to", MAX_RECIPIENTS, parse_handle),
            InvalidPhoneNumber,
            is_list=True,
        ),
        Parameter(
            "exclude_from",
            "Lines that you do not want, comma-separated or repeated. The vCard does not list them either. Numbers "
            "that are not your lines have no effect.",
            {"type": "array", "items": _NUMBER, "maxItems": MAX_LINES},
            _parse_list("exclude_from", MAX_LINES, parse_number),
            InvalidPhoneNumber,
            is_list=True,
        ),
        Parameter(
            "type",
            "The type of the line, in any case. Every line is of type `iMessage`.",
            {"type": "string", "enum": list(_LINE_TYPES)},
            _parse_line_type,
        ),
    )
}


@Operation(
    GET,
    "/v3/available_number",
    id="getAvailableNumber",
    tag="Lines",
    summary="Select a line for a new person",
    description="""\
Returns the line with the best reputation; of several, the one whose chats have not been updated for the longest time.
With `to`, it is the line that `POST /v3/messages` would select. The line is not reserved: send from it.

`vcf_url` is a link to a vCard for an address book: the contact card of the line as it is when the link is opened, the
number, and up to four of your other lines. Everyone who has the link can open it, for a week.
""",
    response_description="The line.",
    response=AvailableNumberSchema,
    errors=(InvalidPhoneNumber, InvalidParameter, NoLineOfType),
    parameters=tuple(_AVAILABLE.values()),
)
async def available(request: Request) -> Response:
    query = read_query(request.query, _AVAILABLE)
    found = await available_number(
        request.store,
        request.ctx.partner_id,
        request.ctx.now,
        to=query.get("to", ()),
        exclude=query.get("exclude_from", ()),
        line_type=query.get("type") or LINE_TYPE,
    )
    vcf_url = f"{request.state.base_url}/contact_cards/{found.token}.vcf"
    return request.json(AvailableNumberSchema(found.phone_number, vcf_url))


async def download_vcard(request: Request) -> Response:
    """The vCard behind ``vcf_url``."""
    card = await render_vcard(request.store, request.path["token"], request.ctx.now)
    headers = [
        (b"content-type", f"{MEDIA_TYPE}; charset=utf-8".encode()),
        (b"content-disposition", b'attachment; filename="contact.vcf"'),
        (b"x-content-type-options", b"nosniff"),
        (b"cache-control", b"no-store"),
    ]
    return Response(200, headers, card)


ROUTES = (list_all, create, update, share, available, page("/contact_cards/{token}.vcf", download_vcard))
