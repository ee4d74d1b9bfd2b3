"""Partners, keys and lines, on every engine."""

import pytest

from tests.support.chats import LINE, NOW, OTHER_LINE, make_chat
from tests.support.open_store import OpenStore
from tests.support.partners import new_partner, save
from trunkline.actions.operator.partners import find_grant
from trunkline.domain.instant import SECOND
from trunkline.domain.keys import Grant, digest, new_key
from trunkline.storage.partners import Line
from trunkline.storage.store import Store


@pytest.fixture
def store(opened: OpenStore) -> Store:
    """The open store of the module."""
    return opened.store


async def grant(store: Store, secret: bytes) -> Grant | None:
    """What the key with this secret gives access to."""
    return await find_grant(store, digest(secret))


def test_partners_are_found_by_name_and_id_oldest_first(opened: OpenStore, store: Store) -> None:
    async def play() -> None:
        one, other = await new_partner(store, "Ünïcode & Söhne"), await new_partner(store, "später")
        assert one.id != other.id
        found = await store.partners.by_name("Ünïcode & Söhne")
        assert found is not None
        assert found == await store.partners.by_id(one.id)
        assert (found.id, found.created_at) == (one.id, NOW)
        assert [partner.id for partner in await store.partners.all()][-2:] == [one.id, other.id]
        assert await store.partners.by_name("ünïcode & söhne") is None
        assert await store.partners.by_id(10**9) is None

    opened.run(play())


def test_a_name_is_given_once_and_a_refused_partner_leaves_no_key(opened: OpenStore, store: Store) -> None:
    async def play() -> None:
        await new_partner(store, "taken")
        key, secret = new_key("second", NOW)
        assert await store.partners.add("taken", key, digest(secret.encode()), NOW) is None
        assert await grant(store, secret.encode()) is None

    opened.run(play())


def test_a_key_gives_access_to_its_partner_until_it_is_revoked(opened: OpenStore, store: Store) -> None:
    async def play() -> None:
        partner, other = await new_partner(store), await new_partner(store)
        second, secret = new_key("second", NOW + 1, expires_at=NOW + SECOND)
        await store.partners.add_key(partner.id, second, digest(secret.encode()))
        first = (await store.partners.keys(partner.id))[0]
        assert await store.partners.keys(partner.id) == [first, second]
        granted = await grant(store, secret.encode())
        assert granted is not None
        assert granted == Grant(partner.id, second.id, NOW + SECOND, None)
        assert granted.is_valid(NOW + SECOND - 1)
        assert not granted.is_valid(NOW + SECOND)
        assert await grant(store, partner.secret.encode()) == Grant(partner.id, first.id, None, None)
        assert len(await store.partners.keys(other.id)) == 1

        assert await store.partners.revoke_key(second.id, NOW + 5)
        assert await store.partners.revoke_key(second.id, NOW + 9)
        assert (await store.partners.keys(partner.id))[1].revoked_at == NOW + 5, "the first date stays"
        assert not await store.partners.revoke_key("key_nothing", NOW)
        revoked = await grant(store, secret.encode())
        assert revoked is not None
        assert revoked == Grant(partner.id, second.id, NOW + SECOND, NOW + 5)
        assert not revoked.is_valid(NOW)
        assert await grant(store, partner.secret.encode()) == Grant(partner.id, first.id, None, None)

    opened.run(play())


@pytest.mark.parametrize("secret", [b"", b"tk_", b"\x00", b"\xff\xfe", b"a" * 10_000])
def test_an_unknown_secret_gives_no_access(opened: OpenStore, store: Store, secret: bytes) -> None:
    assert opened.run(grant(store, secret)) is None


def test_lines_belong_to_their_partners(opened: OpenStore, store: Store) -> None:
    async def play() -> None:
        partner, other = await new_partner(store, lines=(LINE,)), await new_partner(store, lines=(LINE, OTHER_LINE))
        labelled = Line("id", "+12125550102", "Büro ☎", NOW + 1)
        assert await store.partners.add_line(partner.id, labelled)
        assert not await store.partners.add_line(partner.id, Line("other id", LINE, "again", NOW))
        [first, second] = await store.partners.lines(partner.id)
        assert (first.phone_number, first.label) == (LINE, None)
        assert second == labelled
        assert await store.partners.has_line(partner.id, LINE)
        assert not await store.partners.has_line(partner.id, OTHER_LINE)
        owners = {owner.id for owner in await store.partners.owners(LINE)}
        assert {partner.id, other.id} <= owners
        assert {owner.id for owner in await store.partners.owners("+12125550102")} == {partner.id}

    opened.run(play())


def test_chats_are_counted_by_partner(opened: OpenStore, store: Store) -> None:
    async def play() -> None:
        partner, other = await new_partner(store), await new_partner(store)
        await save(store, partner.id, *[make_chat(number) for number in range(5)])
        await save(store, partner.id, make_chat(0))
        assert await store.partners.count_chats(partner.id) == 5
        assert await store.partners.count_chats(other.id) == 0

    opened.run(play())
