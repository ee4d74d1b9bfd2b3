"""The repair of a backup's bytes for the XML parser."""

import base64
import hashlib
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.sources.sms_backup.part_data import PartData
from trunkline.sources.sms_backup.xml_repair import PartDataRemover, legal

CASES = [
    (b'<part ct="a" data="AAAA" text="x" />', b'<part ct="a" data="" text="x" />'),
    (b"<part data='AA\"AA'>", b"<part data=''>"),
    (b'<part\n\tdata = "AAAA">', b'<part\n\tdata = "">'),
    (b'<part text="a > b data=" data="AAAA">', b'<part text="a > b data=" data="">'),
    (b'<part text=\'data="kept"\' data="AAAA">', b'<part text=\'data="kept"\' data="">'),
    (b'<part metadata="kept" data-x="kept">', b'<part metadata="kept" data-x="kept">'),
    (b'<parts data="kept"><party data="kept">', b'<parts data="kept"><party data="kept">'),
    (b'<sms body=\'data="kept"\' data="kept">', b'<sms body=\'data="kept"\' data="kept">'),
    (b'<part data="AAAA<part data="BBBB">', b'<part data="<part data="">'),
    (b'<!-- <part it\'s --><part data="AAAA">', b'<!-- <part it\'s --><part data="">'),
    (b'<part data="AAAA', b'<part data="'),
    (b"a <par", b"a <par"),
]


REFERENCE = re.compile(rb"[0-9]+\+[0-9]+=[0-9]+/[0-9a-f]{32}")


def removed(source: bytes, cuts: list[int]) -> tuple[bytes, PartDataRemover]:
    remover = PartDataRemover()
    edges = [0, *sorted(cuts), len(source)]
    pieces = [remover.feed(source[start:end]) for start, end in pairwise(edges)]
    return b"".join(pieces) + remover.close(), remover


@pytest.mark.parametrize(("source", "wanted"), CASES)
def test_only_the_data_of_parts_is_replaced(source: bytes, wanted: bytes) -> None:
    assert REFERENCE.sub(b"", removed(source, [])[0]) == wanted


@pytest.mark.parametrize(("source", "_"), CASES)
def test_the_result_does_not_depend_on_the_chunks(source: bytes, _: bytes) -> None:
    whole = removed(source, [])[0]
    assert removed(source, list(range(len(source))))[0] == whole
    for cut in range(len(source)):
        assert removed(source, [cut])[0] == whole


@given(st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=4), st.data())
def test_a_reference_says_where_the_data_is_and_how_large_its_file_is(files: list[bytes], data: st.DataObject) -> None:
    encoded = [base64.b64encode(file) for file in files]
    source = b"".join([b'<part data="%b" />' % each for each in encoded])
    cuts = data.draw(st.lists(st.integers(0, len(source)), max_size=8))
    found = REFERENCE.findall(removed(source, cuts)[0])
    references = [PartData.parse(each.decode()) for each in found]
    assert len(references) == len(files)
    for file, each, reference in zip(files, encoded, references, strict=True):
        assert reference is not None
        assert source[reference.start : reference.start + reference.length] == each
        assert reference.size_bytes == len(file)
        assert reference.digest == hashlib.blake2b(each, digest_size=16).hexdigest()


@given(st.data())
def test_any_markup_in_any_chunks_keeps_its_offsets(data: st.DataObject) -> None:
    pieces = st.sampled_from([b"<part ", b"<part", b" data=", b'"', b"'", b">", b"<", b"AAAA", b" text=", b"/", b"\n"])
    source = b"".join(data.draw(st.lists(pieces, max_size=30)))
    cuts = data.draw(st.lists(st.integers(0, len(source)), max_size=8))
    whole, remover = removed(source, cuts)
    assert whole == removed(source, [])[0]
    references = [found.span() for found in REFERENCE.finditer(whole)]
    for offset in range(len(whole)):
        if not any(start <= offset < end for start, end in references):
            origin = remover.original(offset)
            assert source[origin : origin + 1] == whole[offset : offset + 1]


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        (b"&#55357;&#56832;", b"&#0000000128512;"),
        (b"&#xD83D;&#xDE00;", b"&#0000000128512;"),
        (b"&#55357;&#xDE00;!", b"&#0000000128512;!"),
        (b"&#55357;&#55357;&#56832;", b"&#65533;&#0000000128512;"),
        (b"&#55357;a&#56832;", b"&#65533;a&#65533;"),
        (b"&#0;&#1;&#31;", b"&#9;&#9;&#09;"),
        (b"&#65534;&#1114112;", b"&#65533;&#0065533;"),
        (b"&#99999999999999999999;", b"&#00000000000000065533;"),
        (b"&#10;&#x1F600;&amp;#55357; &#;", b"&#10;&#x1F600;&amp;#55357; &#;"),
    ],
)
def test_illegal_references_are_replaced_by_legal_ones_of_the_same_length(source: bytes, wanted: bytes) -> None:
    assert legal(source) == wanted


@given(st.lists(st.integers(0, 0x11_0000).map(lambda code: b"&#%d;" % code)))
def test_every_reference_becomes_legal_and_the_length_stays(references: list[bytes]) -> None:
    source = b"".join(references)
    made = legal(source)
    assert len(made) == len(source)
    for digits in re.findall(rb"&#([0-9]+);", made):
        code = int(digits)
        assert code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code <= 0x10FFFF


@given(st.text())
def test_a_text_written_in_surrogates_is_decoded(text: str) -> None:
    halves = text.encode("utf-16-le", "surrogatepass")
    codes = [int.from_bytes(halves[at : at + 2], "little") for at in range(0, len(halves), 2)]
    made = legal(b"".join(b"&#%d;" % code for code in codes))
    wanted = "".join("\t" if ord(one) < 32 and one not in "\t\n\r" else one for one in text)
    wanted = wanted.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
    assert "".join(chr(int(digits)) for digits in re.findall(rb"&#([0-9]+);", made)) == wanted
