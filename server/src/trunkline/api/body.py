"""Reading a request body: JSON of a declared schema, or one sentence that says what is wrong with it.

msgspec reports an error as a sentence of its own; the patterns here turn it into the service's words. Each has a test
(tests/api/test_bodies.py).
"""

import re
from typing import Any, TypeVar

import msgspec

from trunkline.api.allowed_values import allowed_values
from trunkline.domain.errors import InvalidBody, InvalidContent, MissingField
from trunkline.domain.handle import quoted
from trunkline.schemas.requests import unsupported_experience

T = TypeVar("T")

_AT = " - at `$"
_TYPE_MISMATCH = re.compile(r"Expected `(?P<expected>[^`]*)`, got `(?P<got>[^`]*)`")
_UNKNOWN_TYPE = re.compile(r"Invalid value '(?P<value>.*)'", re.DOTALL)
_BOUND = re.compile(r"Expected `(?:int|float)` (?P<bound>[<>]=?) (?P<limit>[0-9.]+)")
_LENGTH = re.compile(r"Expected `(?P<type>str|array)` of length (?P<bound>[<>]=) (?P<limit>[0-9]+)")
_BOUNDS = {"<=": "at most", ">=": "at least", "<": "less than", ">": "more than"}
_MISSING = re.compile(r"Object missing required field `(?P<field>.*)`")
_TYPE_NAMES = {
    "str": "text",
    "int": "a whole number",
    "float": "a decimal number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
# RFC 8259 §7: a character outside the Basic Multilingual Plane is a high and a low surrogate.
_ESCAPE = re.compile(
    rb"\\(?:(?P<high>u[dD][89abAB][0-9a-fA-F]{2})(?P<rest>\\u[dD][c-fC-F][0-9a-fA-F]{2})?"
    rb"|(?P<low>u[dD][c-fC-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
_UNITS = {"str": "characters", "array": "items"}
_MAX_WORDS = 200  # characters of msgspec's sentence, which can contain a caller's value
_TOO_DEEP = "the body is nested too deeply"

MAX_VALUES = 50_000
"""JSON values in a body; the largest message that can be sent has less than half as many."""
_EXACT = 2**53  # beyond it, a float cannot represent every integer


def _number(digits: str) -> int | float:
    """JSON does not distinguish 1.0 from 1 (RFC 8259 §6), and some clients write the former."""
    number = float(digits)
    return int(number) if number.is_integer() and abs(number) <= _EXACT else number


class _Experience(msgspec.Struct):
    experience: dict[str, Any]


class _WithExperience(msgspec.Struct):
    message: _Experience


_decode = msgspec.json.Decoder(float_hook=_number).decode


def read_body(content: bytes, schema: type[T]) -> T:
    """The body in this schema. Raises ``MissingField``, ``InvalidBody`` or, for a part, ``InvalidContent``."""
    # The whole body must be JSON, unknown fields included, so it is decoded before it is converted.
    value = _value(content)
    try:
        return msgspec.convert(value, schema)
    except msgspec.ValidationError as error:
        raise _experience(value) or _error(str(error), schema) from None


def canonical(content: bytes) -> bytes:
    """The same JSON in one layout, whatever the order of its names. Raises ``InvalidBody``."""
    try:
        return msgspec.json.encode(_value(content), order="sorted")
    except RecursionError:
        raise InvalidBody(_TOO_DEEP) from None


def _value(content: bytes) -> Any:
    if not content.strip():
        raise InvalidBody("the body is empty; it must be a JSON object")
    _check_values(content)
    try:
        return _decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidBody(f"the body is not JSON: {_half_of_a_pair(content) or error}") from None
    except RecursionError:
        raise InvalidBody(_TOO_DEEP) from None


def _half_of_a_pair(content: bytes) -> str | None:
    """What is wrong with text that was cut between the two escapes of one character; None if there is none."""
    for escape in _ESCAPE.finditer(content):
        half = escape["low"] or (escape["high"] if not escape["rest"] else None)
        if half:
            return (
                f"\\{half.decode()} is half of a surrogate pair; a character beyond U+FFFF needs both halves, such as "
                "\\ud83d\\ude00, or is written as itself"
            )
    return None


def _check_values(content: bytes) -> None:
    """Raises ``InvalidBody`` if decoding the body would take long because it has very many values."""
    # Counting is much faster than decoding. A text can contain what is counted, so what lies between quotation marks is
    # left out if there seem to be too many values. Each value has at most one name, so at most two texts.
    if _separators(content) <= MAX_VALUES:
        return
    without_escapes = content.replace(b"\\\\", b"").replace(b'\\"', b"")
    if without_escapes.count(b'"') > 4 * MAX_VALUES or (
        _separators(b"".join(without_escapes.split(b'"')[::2])) > MAX_VALUES
    ):
        raise InvalidBody(f"the body has more than {MAX_VALUES:,} values, the most that the service accepts")


def _separators(content: bytes) -> int:
    """How many values there are at most."""
    return content.count(b",") + content.count(b"[") + content.count(b"{")


def _experience(value: Any) -> InvalidContent | None:
    """The error for a message with an experience in place of parts, which are then not what is wrong."""
    try:
        msgspec.convert(value, _WithExperience)
    except msgspec.ValidationError:
        return None
    return unsupported_experience()


def _error(message: str, schema: type) -> MissingField | InvalidBody | InvalidContent:
    """msgspec's error in the service's words; a field is named by its path, ``'message.parts[0].type'``."""
    # The path is last: the problem can quote a value that looks like one.
    problem, at, path = message.rpartition(_AT)
    problem, path = (problem, path.removesuffix("`").lstrip(".")) if at else (message, "")
    missing = _MISSING.fullmatch(problem)
    if missing is not None:
        name = f"{path}.{missing['field']}" if path else missing["field"]
        return MissingField(f"'{name}' is missing")
    if path and problem.endswith(("got `null`", "got `NoneType`")):
        return MissingField(f"'{path}' is null, but it is required")
    where = f"'{path}' is not valid: " if path else "the body is not valid: "
    kind = InvalidContent if path.startswith("message.parts[") else InvalidBody
    allowed = allowed_values(schema, path)
    unknown = _UNKNOWN_TYPE.fullmatch(problem)
    if unknown is not None and allowed:
        return kind(
            f"'{path}' is {quoted(unknown['value'])}, which is not supported here; it must be {_one_of(allowed)}"
        )
    return kind(where + _in_words(problem, allowed))


def _in_words(problem: str, allowed: list[str]) -> str:
    """What is wrong with a value, and what would be right."""
    mismatch = _TYPE_MISMATCH.fullmatch(problem)
    if mismatch is not None:
        expected, got = mismatch["expected"].split(" | "), mismatch["got"]
        if got in _TYPE_NAMES and all(each in _TYPE_NAMES for each in expected):
            return f"it must be {' or '.join(_TYPE_NAMES[each] for each in expected)}, not {_TYPE_NAMES[got]}"
    bound = _BOUND.fullmatch(problem)
    if bound is not None:
        return f"it must be {_BOUNDS[bound['bound']]} {bound['limit'].removesuffix('.0')}"
    length = _LENGTH.fullmatch(problem)
    if length is not None:
        return f"it must have {_BOUNDS[length['bound']]} {int(length['limit']):,} {_UNITS[length['type']]}"
    if len(problem) > _MAX_WORDS:
        problem = f"{problem[:_MAX_WORDS]}…"
    words = problem[:1].lower() + problem[1:].replace(" enum value", " value")
    if allowed and problem.startswith("Invalid"):
        return f"{words}; it must be {_one_of(allowed)}"
    return words


def _one_of(allowed: list[str]) -> str:
    return " or ".join(filter(None, (", ".join(allowed[:-1]), allowed[-1])))
