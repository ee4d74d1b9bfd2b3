"""Builds backups as *SMS Backup & Restore* writes them."""

from collections.abc import Sequence
from pathlib import Path

PROLOG = (
    "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n"
    "<!--File Created By SMS Backup & Restore v10.20.002 on 01/02/2024 10:11:12-->\n"
    '<?xml-stylesheet type="text/xsl" href="sms.xsl"?>\n'
)
AT = 1_700_000_000_000
"""The default date of a message, in milliseconds."""


def attribute(value: str) -> str:
    """A value as the app quotes it: in single quotes if it contains a double quote. References are kept."""
    escaped = value.replace("<", "&lt;").replace(">", "&gt;")
    return f"'{escaped.replace(chr(39), '&apos;')}'" if '"' in escaped else f'"{escaped}"'


def element(tag: str, inner: str = "", /, **attributes: str) -> str:
    texts = "".join(f" {key}={attribute(value)}" for key, value in attributes.items())
    return f"<{tag}{texts}>{inner}</{tag}>" if inner else f"<{tag}{texts} />"


def sms(address: str, body: str = "Hello", *, kind: int = 1, date: int | str = AT, **more: str) -> str:
    values = {"protocol": "0", "address": address, "date": str(date), "type": str(kind), "subject": "null"}
    return element("sms", **(values | {"body": body, "toa": "null", "read": "1", "status": "-1"} | more))


def text_part(text: str) -> str:
    return element("part", seq="0", ct="text/plain", name="null", chset="106", text=text)


def mms(
    address: str,
    *,
    parts: Sequence[str] = (text_part("Hello"),),
    addrs: Sequence[tuple[str, int]] = (),
    box: int = 1,
    date: int | str = AT,
    **more: str,
) -> str:
    values = {"date": str(date), "ct_t": "application/vnd.wap.multipart.related", "msg_box": str(box)}
    kind = "132" if box == 1 else "128"
    people = "".join(element("addr", address=person, type=str(role), charset="106") for person, role in addrs)
    inner = f"\n<parts>{''.join(parts)}</parts>\n<addrs>{people}</addrs>\n"
    return element("mms", inner, **(values | {"address": address, "rr": "129", "m_type": kind} | more))


def data_part(data: str, **more: str) -> str:
    values = {"seq": "1", "ct": "image/jpeg", "name": "a.jpg", "text": "null", "data": data}
    return element("part", **(values | more))


def document(*messages: str, prolog: str = PROLOG) -> str:
    lines = "\n".join(messages)
    return f'{prolog}<smses count="{len(messages)}" backup_set="x" type="full">\n{lines}\n</smses>'


def backup(folder: Path, *messages: str, prolog: str = PROLOG) -> Path:
    path = folder / "sms-20240102101112.xml"
    path.write_text(document(*messages, prolog=prolog), encoding="utf-8")
    return path
