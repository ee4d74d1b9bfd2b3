"""The types of fields that several schemas share."""

from datetime import datetime
from typing import Annotated, TypeAlias

from msgspec import Meta

from trunkline.domain.chat import MAX_RECIPIENTS
from trunkline.domain.content import MAX_TEXT
from trunkline.domain.handle import E164, EMAIL, EMAIL_LIMIT, MAX_NUMBER
from trunkline.domain.ids import MAX_ID
from trunkline.domain.urls import AUTHORITY, IN_PATH, MAX_URL

Id: TypeAlias = Annotated[str, Meta(extra_json_schema={"format": "uuid"})]
ChatId: TypeAlias = Annotated[Id, Meta(description="The id of the chat.")]
MessageId: TypeAlias = Annotated[Id, Meta(description="The id of the message.")]

Timestamp: TypeAlias = Annotated[datetime, Meta(tz=True)]
GivenId: TypeAlias = Annotated[str, Meta(extra_json_schema={"maxLength": MAX_ID})]
Url: TypeAlias = Annotated[str, Meta(extra_json_schema={"format": "uri"})]
Count: TypeAlias = Annotated[int, Meta(ge=0)]
PartIndex: TypeAlias = Annotated[int, Meta(ge=0, description="The index of the part, from 0.")]
TextRange: TypeAlias = Annotated[list[int], Meta(min_length=2, max_length=2, extra_json_schema={"examples": [[0, 4]]})]
NextCursor: TypeAlias = Annotated[
    str | None, Meta(description="The `cursor` of the next page; `null` if there are no more items.")
]
OverrideOptOut: TypeAlias = Annotated[bool, Meta(description="Send this message although the recipient has opted out.")]

_WITHOUT_FRAGMENT = f"{AUTHORITY}(?:[/?]{IN_PATH}*)?"
_AFTER_SCHEME = f"{_WITHOUT_FRAGMENT}(?:#{IN_PATH}*)?"

# These are validated in the domain, whose errors have codes of their own. The decoder only sees a string or a list.
GivenUrl: TypeAlias = Annotated[
    str, Meta(extra_json_schema={"pattern": f"^https?://{_AFTER_SCHEME}$", "maxLength": MAX_URL})
]
TargetUrl: TypeAlias = Annotated[
    str, Meta(extra_json_schema={"pattern": f"^https?://{_WITHOUT_FRAGMENT}$", "maxLength": MAX_URL})
]
HttpsUrl: TypeAlias = Annotated[
    str, Meta(extra_json_schema={"pattern": f"^https://{_AFTER_SCHEME}$", "maxLength": MAX_URL})
]
HttpsUrlOrEmpty: TypeAlias = Annotated[
    str, Meta(extra_json_schema={"pattern": f"^(?:https://{_AFTER_SCHEME})?$", "maxLength": MAX_URL})
]
PhoneNumber: TypeAlias = Annotated[
    str, Meta(extra_json_schema={"pattern": f"^{E164}$", "maxLength": MAX_NUMBER, "examples": ["+13343284472"]})
]
Handle: TypeAlias = Annotated[
    str,
    Meta(
        extra_json_schema={
            "pattern": f"^(?:{E164}|{EMAIL})$",
            "maxLength": EMAIL_LIMIT,
            "examples": ["+14155559876", "user@example.com"],
        }
    ),
]
Recipients: TypeAlias = Annotated[
    list[Handle],
    Meta(
        description=f"The recipients: one handle, or 2 to {MAX_RECIPIENTS} for a group.",
        extra_json_schema={"minItems": 1, "maxItems": MAX_RECIPIENTS, "examples": [["+14155559876"]]},
    ),
]
Text: TypeAlias = Annotated[
    str, Meta(extra_json_schema={"pattern": r"\S", "maxLength": MAX_TEXT, "examples": ["Your table is ready."]})
]

DEPRECATED: dict[str, object] = {"deprecated": True}
