"""Rewrites the groups that older versions stored, in place: their revisions and times stay."""

from trunkline.domain.chat import with_latest_former
from trunkline.schemas.chat import parse_chat, render_chat
from trunkline.storage.ports import Transaction
from trunkline.storage.sql import Value, load

_QUERIES = load("step_0010")
_BATCH = 500


async def rewrite_groups(transaction: Transaction) -> None:
    """Gives every group the ``recipients_key`` that it has now, and drops the participants that it no longer keeps."""
    rewrite, delete = _QUERIES["rewrite"], _QUERIES["delete_participant"]
    after: tuple[int, str] = (0, "")
    while rows := await transaction.fetch(_QUERIES["groups_after"], (*after, _BATCH)):
        rewritten: list[tuple[Value, ...]] = []
        deleted: list[tuple[Value, ...]] = []
        for partner_id, chat_id, key, name, document in rows:
            stored = parse_chat(document, name)
            chat = with_latest_former(stored)
            named: dict[str, Value] = {"partner": partner_id, "id": chat_id}
            if chat is not stored:
                gone = {each.handle for each in stored.participants} - {each.handle for each in chat.participants}
                deleted += [delete.values(**named, handle=handle) for handle in gone]
            if chat is not stored or chat.recipients_key != key:
                named |= {"recipients_key": chat.recipients_key, "document": render_chat(chat)}
                rewritten.append(rewrite.values(**named))
        await transaction.run_many(rewrite, rewritten)
        await transaction.run_many(delete, deleted)
        after = (rows[-1][0], rows[-1][1])
