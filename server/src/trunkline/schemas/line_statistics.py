"""The response of ``GET /admin/lines/statistics``."""

import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from trunkline.domain.chat import HealthStatus
from trunkline.schemas.fields import Count, Url


class ReputationReason(msgspec.Struct):
    """The reputation of a line, and why it has it."""

    status: Annotated[HealthStatus, Meta(description="`HEALTHY`, `AT_RISK` or `CRITICAL`.")]
    reason: Annotated[str, Meta(description="The reason, in a sentence.")]
    chats: Annotated[Count, Meta(description="The chats that decide it: at most the 100 that changed last.")]
    at_risk: Annotated[Count, Meta(description="Those that are AT_RISK.")]
    critical: Annotated[Count, Meta(description="Those that are CRITICAL.")]
    line_percent: Annotated[Count, Meta(description="The percentage of them that decides.")]
    line_chats: Annotated[Count, Meta(description="The least number of them that decides.")]
    doc_url: Annotated[Url, Meta(description="What the reputation means.")]


class HealthCounts(msgspec.Struct):
    """The chats of a line by their health: those that changed last."""

    chats: Annotated[Count, Meta(description="The chats that are counted: at most the 1,000 that changed last.")]
    is_complete: Annotated[bool, Meta(description="Whether the line has no other chats.")]
    healthy: Annotated[Count, Meta(description="Those that are HEALTHY.")] = msgspec.field(name="HEALTHY")
    at_risk: Annotated[Count, Meta(description="Those that are AT_RISK.")] = msgspec.field(name="AT_RISK")
    critical: Annotated[Count, Meta(description="Those that are CRITICAL.")] = msgspec.field(name="CRITICAL")
    opted_out: Annotated[Count, Meta(description="Those that are OPTED_OUT.")] = msgspec.field(name="OPTED_OUT")


class LineDay(msgspec.Struct):
    """The messages of a line on one day."""

    date: Annotated[datetime.date, Meta(description="The day, in UTC.")]
    sent: Annotated[Count, Meta(description="The messages that the line sent.")]
    received: Annotated[Count, Meta(description="The messages that it received.")]
    replies: Annotated[Count, Meta(description="Those of them that followed a message of the line in their chat.")]


class LineStatistics(msgspec.Struct):
    """The statistics of a line."""

    id: Annotated[str, Meta(description="The id of the line.")]
    phone_number: Annotated[str, Meta(description="The number in E.164 format.")]
    label: Annotated[str | None, Meta(description="The label that the operator gave it.")]
    reputation: Annotated[ReputationReason, Meta(description="The reputation of the line.")]
    health: Annotated[HealthCounts, Meta(description="Its chats by their health.")]
    days: Annotated[list[LineDay], Meta(description="Its days, the oldest first, today last.")]


class LinesStatistics(msgspec.Struct):
    """The statistics of your lines."""

    days: Annotated[int, Meta(description="The number of days.")]
    is_complete: Annotated[
        bool, Meta(description="Whether every message is counted. If not, ask again: some are counted each time.")
    ]
    lines: Annotated[list[LineStatistics], Meta(description="The lines, the oldest first.")]
