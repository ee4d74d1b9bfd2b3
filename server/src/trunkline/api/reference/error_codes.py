"""The error codes for the documentation, derived from the error classes."""

import msgspec

from trunkline.domain.errors import (
    AlreadyUploaded,
    BodyTooLarge,
    Busy,
    CarrierNotReady,
    ChatLeft,
    CommandError,
    FilesFull,
    FilesNotReady,
    HandleBlocked,
    InternalError,
    InvalidBody,
    InvalidContent,
    InvalidParameter,
    InvalidPhoneNumber,
    InvalidSignedUrl,
    MentionOutsideGroup,
    MethodNotAllowed,
    MissingField,
    NoContactCard,
    NoLineOfType,
    NoSuchAttachment,
    NoSuchMessage,
    NotAGroup,
    NotFound,
    NotReady,
    NotSimulated,
    NotWrittenFirst,
    NotYourLine,
    OptedOut,
    RangeNotSatisfiable,
    TooManyRequests,
    TrunklineError,
    Unauthorized,
)

ERRORS: tuple[type[TrunklineError], ...] = tuple(
    sorted(
        [each for each in TrunklineError.__subclasses__() if each is not CommandError],
        key=lambda each: (each.code, each.status),
    )
)
"""Every error that a response can have."""


class ErrorDocs(msgspec.Struct, frozen=True):
    """What a caller wants to know about an error. ``remedy`` is CommonMark."""

    example: str
    """A message of the error."""
    remedy: str


DOCS: dict[type[TrunklineError], ErrorDocs] = {
    MissingField: ErrorDocs(
        "'to' is missing", "Add the field that the message names. A field that is `null` counts as missing."
    ),
    InvalidPhoneNumber: ErrorDocs(
        "'to' is '334-328-4472'; it must be a phone number in E.164 format, such as +13343284472, or an email "
        "address, such as user@example.com",
        "Write the number as `+`, country code and subscriber number, digits only: `+13343284472`. In a URL, the `+` "
        "is `%2B`; HTTP clients encode it if you pass parameters. A handle can also be an email address.",
    ),
    InvalidBody: ErrorDocs(
        "the body is not JSON: it ends within a string",
        "Send a JSON object with `Content-Type: application/json` that matches the schema in the [reference](/docs).",
    ),
    BodyTooLarge: ErrorDocs(
        "the body is larger than 1000000 bytes, the most that the service accepts", "Send a smaller body."
    ),
    InvalidContent: ErrorDocs(
        "'message.parts' is empty; a message has at least one part",
        "Check the parts of the message. The error names the part that cannot be sent, and the reason.",
    ),
    InvalidParameter: ErrorDocs(
        "'limit' is '500'; it must be a whole number from 1 to 100",
        "The message says which parameter is wrong, its value and a valid one. A cursor belongs to its key and "
        "filters: after changing `from` or `to`, start again without one.",
    ),
    MethodNotAllowed: ErrorDocs(
        "'DELETE' is not allowed here; use GET, HEAD, OPTIONS", "Use one of the methods in the header `Allow`."
    ),
    NotAGroup: ErrorDocs(
        "this chat is with one person; only a group has a name, an icon and participants that can be changed",
        "Only groups have names, icons and participants that can be changed. Check `is_group` before you offer it. To "
        "talk to more people, create a chat with all of them.",
    ),
    TooManyRequests: ErrorDocs(
        "too many requests; try again in 2 seconds",
        "Wait for the number of seconds in the header `Retry-After`, then repeat the request. The SDK does so for you.",
    ),
    NotFound: ErrorDocs(
        "there is no chat 550e8400-e29b-41d4-a716-446655440000",
        "Check the id, and that the key belongs to the partner that has the chat: another partner's chat looks like "
        "one that does not exist. An unknown address also has this code.",
    ),
    NoSuchMessage: ErrorDocs(
        "there is no message 7f1f43f2-6f0f-4b0e-9a55-6a3c6b1d8b11",
        "Check the id, and that the key belongs to the partner that has the message.",
    ),
    NoContactCard: ErrorDocs(
        "the line +13343284472 has no contact card; create it with POST /v3/contact_card",
        "Create the card of the line with `POST /v3/contact_card`; then change or share it.",
    ),
    Unauthorized: ErrorDocs(
        "the key is missing, malformed, unknown, revoked or expired; pass it as `Authorization: Bearer <key>`",
        "Send the header `Authorization: Bearer <key>` with a key of this service. Its operator creates one with "
        "`trunkline key add`. Do not retry with the same key.",
    ),
    NotYourLine: ErrorDocs(
        "'from' is +13343284472, which is not one of your lines",
        "Use one of your own lines, or omit `from` to list the chats of all of them. The operator of the service adds "
        "a line with `trunkline line add`.",
    ),
    NotWrittenFirst: ErrorDocs(
        "on a shared sandbox line, you can send a message only to people who have written to you first",
        "Ask the recipient to write to your line first, or use a line of your own. This service returns the error only "
        "as a [fault](/guides/sandbox#faults) that you requested.",
    ),
    ChatLeft: ErrorDocs(
        "your line has left this chat; you cannot act in it until another participant adds the line",
        "You cannot act in a group that your line has left. Ask another participant to add it again, or create "
        "another chat.",
    ),
    MentionOutsideGroup: ErrorDocs(
        "'message.parts[0].mention' is given in a direct chat; mentions are possible only in a group",
        "Omit `mention`: mentions are possible only in groups. Check `is_group`.",
    ),
    OptedOut: ErrorDocs(
        "+14155559876 has opted out of your messages",
        "Stop sending. The recipient's next message that is not an opt-out keyword ends the opt-out. See "
        "[Opted out](/guides/chats/chat-health#opted-out) in the guide to chat health.",
    ),
    HandleBlocked: ErrorDocs(
        "+14155559876 is blocked; unblock it before you send it a message",
        "Unblock the handle with `DELETE /v3/blocked_handles`. Messages from a blocked handle are dropped.",
    ),
    InternalError: ErrorDocs(
        "something failed in the service; its log has the details under the trace id",
        "Retry with growing delays. If the error persists, give the `trace_id` to the operator of the service, whose "
        "log has the details under it.",
    ),
    NotSimulated: ErrorDocs(
        "payments are not simulated here; take them in your app, or test this part against the API itself",
        "The API has this method, but this service does not simulate it. Do not retry: the response has the header "
        "`x-should-retry: false`, which the public clients obey. Replace the call in tests against this service.",
    ),
    InvalidSignedUrl: ErrorDocs(
        "this URL has expired; GET /v3/attachments/{attachment_id} returns a new one",
        "A URL of a file works only unchanged, for its own purpose, and until it expires. Read the attachment or the "
        "message again for a new one; for an upload, ask for a new attachment.",
    ),
    NoSuchAttachment: ErrorDocs(
        "there is no attachment 550e8400-e29b-41d4-a716-446655440000",
        "Check the id, and that the key belongs to the partner that has the attachment. A deleted attachment does not "
        "come back.",
    ),
    AlreadyUploaded: ErrorDocs(
        "the file of this attachment has been uploaded and cannot be replaced; ask for another attachment",
        "Upload each file once. To send another file, ask for another attachment.",
    ),
    RangeNotSatisfiable: ErrorDocs(
        "'Range' is 'bytes=500-', but the file has 120 bytes",
        "Request a range within the file, or the whole file. The header `Content-Range` has its size.",
    ),
    FilesNotReady: ErrorDocs(
        "the store of the files does not answer; try again in a moment", "Retry with growing delays."
    ),
    FilesFull: ErrorDocs(
        "the store of the files has no room left; the operator of the service must make some",
        "Tell the operator of the service. Retry later, with growing delays.",
    ),
    NotReady: ErrorDocs("the database does not answer; try again in a moment", "Retry with growing delays."),
    Busy: ErrorDocs(
        "another change of yours, such as an import, takes long; try again in 5 seconds",
        "Wait for the number of seconds in the header `Retry-After`, then repeat the request. The SDK does so for you.",
    ),
    CarrierNotReady: ErrorDocs(
        "the carrier cannot say whom it reaches: it does not answer", "Retry with growing delays."
    ),
    NoLineOfType: ErrorDocs(
        "you have no line of type RCS; every line is of type iMessage",
        "Omit `type`, or request `iMessage`. A retry does not help until the operator adds such a line.",
    ),
}
"""The documentation of each error."""


def meaning(error: type[TrunklineError]) -> str:
    """What an error means: the first line of its docstring."""
    return (error.__doc__ or "").splitlines()[0]


def errors_by_code() -> dict[int, list[type[TrunklineError]]]:
    """The errors of each code, the one whose status the API documents first."""
    codes: dict[int, list[type[TrunklineError]]] = {}
    for error in ERRORS:
        codes.setdefault(error.code, []).append(error)
    return codes
