"""``trunkline demo``: load sample data."""

from typing import Annotated

import typer

from trunkline.cli.options import DEFAULTS, DatabaseOption, JsonOption
from trunkline.cli.output import print_json, progress, say, show_key, shown_once
from trunkline.cli.store import with_store
from trunkline.demo.load import DemoPartner, load_demo
from trunkline.storage.store import Store


def demo(
    chats: Annotated[
        int | None, typer.Option("--chats", help="Create this many chats, up to ten million, for benchmarks.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the sample; another seed creates other chats.")] = 1,
    database: DatabaseOption = DEFAULTS.database,
    as_json: JsonOption = False,
) -> None:
    """Load sample data. Loading is idempotent, except that each run creates a key."""

    async def work(store: Store) -> list[DemoPartner]:
        with progress("Loading chats", chats) as show:
            return await load_demo(store, chats=chats, seed=seed, now=store.clock(), progress=show)

    made = with_store(database, work, must_exist=False)
    with shown_once("run the command again: each run adds a key"):
        if as_json:
            print_json({"partners": made})
            return
        for each in made:
            say(f"{each.name} has {each.chats} chats on {', '.join(each.lines)}, and this key:")
            show_key(each.key)
