"""The attachments that a message names, in its content."""

import msgspec

from trunkline.actions.attachments.attachments import media_part
from trunkline.domain.content import check_voice_memo_type
from trunkline.domain.errors import InvalidContent, NoSuchAttachment
from trunkline.domain.handle import quoted
from trunkline.domain.message import Content, MediaPart, Part
from trunkline.storage import attachments
from trunkline.storage.change import Change


async def with_attachments(change: Change, content: Content) -> Content:
    """The content with the name, type and size of each attachment.

    Raises ``NoSuchAttachment``, or ``InvalidContent`` if an attachment waits for its file or cannot be a voice memo.
    """
    if not content.attachment_ids:
        return content
    known: dict[str, MediaPart] = {}
    parts: list[Part] = []
    for index, part in enumerate(content.parts):
        if isinstance(part, MediaPart) and part.url is None:
            if part.id not in known:
                name = "attachment_id" if content.is_voice_memo else f"message.parts[{index}].attachment_id"
                known[part.id] = await _part(change, part.id, name)
                if content.is_voice_memo:
                    check_voice_memo_type(known[part.id])
            parts.append(known[part.id])
        else:
            parts.append(part)
    return msgspec.structs.replace(content, parts=tuple(parts))


async def _part(change: Change, attachment_id: str, name: str) -> MediaPart:
    attachment = await attachments.find(change, attachment_id)
    if attachment is None:
        raise NoSuchAttachment(f"'{name}' is {quoted(attachment_id)}, but there is no such attachment")
    if attachment.file is None:
        raise InvalidContent(
            f"'{name}' is {attachment_id}, whose file has not been uploaded; PUT it to "
            "the 'upload_url' of the attachment first"
        )
    return media_part(attachment)
