"""What to do about an error at the command line: the options and commands that help."""

from trunkline.domain.errors import (
    AmbiguousPartner,
    NoDatabase,
    NoOwner,
    NoPartner,
    NoSuchEvent,
    NoSuchKey,
    NoSuchPartner,
    NoSuchSubscription,
    PartnerExists,
    TrunklineError,
)

_REMEDIES: dict[type[TrunklineError], str] = {
    NoDatabase: (
        "name another with --database, or create one with `trunkline partner add NAME`, `trunkline demo` or "
        "`trunkline serve`"
    ),
    NoPartner: "add one with `trunkline partner add NAME`",
    NoSuchPartner: "`trunkline partner list` shows them all",
    PartnerExists: "`trunkline partner list` shows them all",
    AmbiguousPartner: "choose one with --partner",
    NoSuchKey: "`trunkline key list PARTNER` shows a partner's keys",
    NoOwner: "add it with `trunkline line add PARTNER NUMBER`",
    NoSuchEvent: "`trunkline webhooks list PARTNER --events` shows the latest",
    NoSuchSubscription: "`trunkline webhooks list PARTNER` shows their ids",
}


def with_remedy(error: TrunklineError) -> str:
    """The message of an error, and what to do about it."""
    remedy = _REMEDIES.get(type(error))
    return str(error) if remedy is None else f"{error}; {remedy}"
