"""``trunkline demo``: sample data, small and lively or as large as you like."""

from typing import Annotated

import typer

from trunkline.actions.load_demo import DemoPartner, load_demo
from trunkline.cli.options import DEFAULTS, DatabaseOption, JsonOption
from trunkline.cli.output import print_json, progress, say, show_key
from trunkline.cli.running import with_store
from trunkline.domain.instant import now
from trunkline.storage.store import Store


def demo(
    chats: Annotated[
        int | None, typer.Option("--chats", help="Make this many chats, up to ten million, for measuring.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Another seed makes other chats.")] = 1,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Load sample data; loading it again changes nothing, but for a new key."""

    async def work(store: Store) -> list[DemoPartner]:
        with progress("Loading chats", chats) as show:
            return await load_demo(store, chats=chats, seed=seed, now=now(), progress=show)

    made = with_store(database, work)
    if as_json:
        print_json({"partners": made})
        return
    for each in made:
        say(f"{each.name} has {each.chats} chats on {', '.join(each.lines)}, and this key:")
        show_key(each.key)
