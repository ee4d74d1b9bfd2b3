"""The methods of the API that this service does not simulate: each answers 501 and says what to do instead.

Together with the other routes, these are all methods of the public client ``linq-python`` 0.65.
"""

from typing import NoReturn

import msgspec

from trunkline.api.operation import DELETE, GET, PATCH, POST, PUT, Operation, Request, Route
from trunkline.domain.errors import NotSimulated


class Feature(msgspec.Struct, frozen=True):
    """A group of methods that belong together, and what an app should expect."""

    name: str
    """As the subject of a sentence."""
    advice: str
    """What to expect, and what to do instead."""
    methods: tuple[tuple[str, str, str, str], ...]
    """Method, path, operation id and summary of each."""

    @property
    def message(self) -> str:
        """The message of the error."""
        return f"{self.name} are not simulated here; {self.advice}"


FEATURES = (
    Feature(
        "shared locations",
        "expect that no recipient shares one",
        (
            (GET, "/v3/chats/{chat_id}/location", "getChatLocation", "Read the locations shared in a chat"),
            (POST, "/v3/chats/{chat_id}/location/request", "requestLocation", "Ask a recipient for the location"),
            (DELETE, "/v3/chats/{chat_id}/location", "stopLocationSharing", "Stop sharing a location"),
        ),
    ),
    Feature(
        "chat backgrounds",
        "expect that chats have the default one",
        (
            (POST, "/v3/chats/{chat_id}/background", "setBackground", "Set the background of a chat"),
            (DELETE, "/v3/chats/{chat_id}/background", "removeBackground", "Remove the background of a chat"),
        ),
    ),
    Feature(
        "app cards",
        "send text, media or a link, which can be read everywhere",
        ((POST, "/v3/messages/{message_id}/update", "updateAppCard", "Update an app card"),),
    ),
    Feature(
        "stickers",
        "react with a tapback or an emoji",
        (
            (
                PATCH,
                "/v3/messages/{message_id}/reactions/{reaction_id}",
                "updateStickerPlacement",
                "Move a sticker",
            ),
        ),
    ),
    Feature(
        "forwarded calls",
        "expect that no line forwards any",
        ((PUT, "/v3/phone_numbers/{phone_number_id}", "updatePhoneNumber", "Set the forwarding number of a line"),),
    ),
    Feature(
        "reputation audits",
        "read the reputation of each line with GET /v3/phone_numbers",
        (
            (
                POST,
                "/v3/phone_numbers/{phone_number}/reputation_audit",
                "startReputationAudit",
                "Start a reputation audit",
            ),
            (
                GET,
                "/v3/phone_numbers/{phone_number}/reputation_audit/{audit_id}",
                "getReputationAudit",
                "Read a reputation audit",
            ),
        ),
    ),
    Feature(
        "experiences",
        "expect that there are none, and send text or a link instead",
        (
            (GET, "/v3/experiences", "listExperiences", "List the experiences"),
            (GET, "/v3/experiences/{experience}", "getExperience", "Read an experience"),
        ),
    ),
    Feature(
        "payments",
        "no money moves and no payment event is sent, so replace these calls in tests",
        (
            (POST, "/v3/payments", "createPayment", "Create a payment"),
            (GET, "/v3/payments/{payment_id}", "getPayment", "Read a payment"),
            (POST, "/v3/payments/{payment_id}/cancel", "cancelPayment", "Cancel a payment"),
            (
                GET,
                "/v3/payments/{payment_id}/credentials",
                "getPaymentCredentials",
                "Read the credentials of a payment",
            ),
            (POST, "/v3/payment_requests", "createPaymentRequest", "Create a payment request"),
            (GET, "/v3/payment_requests", "listPaymentRequests", "List the payment requests"),
            (GET, "/v3/payment_requests/{payment_request_id}", "getPaymentRequest", "Read a payment request"),
            (
                POST,
                "/v3/payment_requests/{payment_request_id}/cancel",
                "cancelPaymentRequest",
                "Cancel a payment request",
            ),
            (GET, "/v3/payments/providers/{provider}", "getPaymentProvider", "Read a payment provider"),
            (POST, "/v3/payments/providers/{provider}/connect", "connectPaymentProvider", "Connect a payment provider"),
            (POST, "/v3/payments/handles/{handle}/connect", "connectPaymentHandle", "Connect a handle for payments"),
            (
                GET,
                "/v3/payments/handles/{handle}/connection",
                "getPaymentConnection",
                "Read the payment connection of a handle",
            ),
            (
                DELETE,
                "/v3/payments/handles/{handle}/connection",
                "revokePaymentConnection",
                "Revoke the payment connection of a handle",
            ),
            (
                POST,
                "/v3/payments/handles/{handle}/verify",
                "verifyPaymentHandle",
                "Verify the payment connection of a handle",
            ),
        ),
    ),
)


def _route(feature: Feature, method: str, path: str, operation_id: str, summary: str) -> Route:
    async def fail(_request: Request) -> NoReturn:
        raise NotSimulated(feature.message)

    return Operation(
        method,
        path,
        id=operation_id,
        tag="Not simulated",
        summary=summary,
        description=f"{feature.message[:1].upper()}{feature.message[1:]}.",
        status=NotSimulated.status,
        errors=(NotSimulated,),
    )(fail)


ROUTES = tuple([_route(feature, *method) for feature in FEATURES for method in feature.methods])
