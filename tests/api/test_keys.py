"""Keys: which headers give access to the list, and until when (docs/wire.md §2)."""

import pytest

from tests.support.asgi import LIST, Api
from tests.support.envelope import refused
from tests.support.pages import page_of
from tests.support.partners import Tenant, new_partner
from trunkline.api.auth import RECHECK
from trunkline.domain.instant import SECOND
from trunkline.testing.clock import Clock

AUTHORIZATION = b"authorization"


@pytest.fixture(scope="module")
def partner(api: Api) -> Tenant:
    """A partner without chats."""
    return api.opened.run(new_partner(api.opened.store))


@pytest.mark.parametrize("form", ["Bearer {}", "bearer {}", "BEARER {}", "Bearer   {}", "Bearer {}  "])
def test_forms_that_open(api: Api, partner: Tenant, form: str) -> None:
    assert page_of(api.ask(LIST, headers=[(AUTHORIZATION, form.format(partner.secret).encode())])).chats == []


@pytest.mark.parametrize(
    "form",
    [
        "",
        "{}",
        "Bearer",
        "Bearer ",
        "Bearer{}",
        "Bearer\t{}",
        "Basic {}",
        "Token {}",
        "Bearer Bearer {}",
        "Bearer {0}, Bearer {0}",
        "Bearer {}x",
        "Bearer x{}",
        'Bearer "{}"',
        "Bearer ключ",
        "Bearer \x00",
        "Bearer " + "a" * 10_000,
        "a" * 10_000,
    ],
)
def test_forms_that_do_not_open(api: Api, partner: Tenant, form: str) -> None:
    answer = api.ask(LIST, headers=[(AUTHORIZATION, form.format(partner.secret).encode())])
    assert partner.secret not in refused(answer, 401, 2004)


def test_other_letters_of_the_key_do_not_open(api: Api, partner: Tenant) -> None:
    refused(api.list(partner.secret.swapcase()), 401, 2004)
    refused(api.list(partner.secret[:-1]), 401, 2004)


def test_a_missing_and_a_repeated_header(api: Api, partner: Tenant) -> None:
    key = (AUTHORIZATION, f"Bearer {partner.secret}".encode())
    refused(api.ask(LIST), 401, 2004)
    refused(api.ask(LIST, headers=[key, key]), 401, 2004)
    refused(api.ask(LIST, headers=[key, (AUTHORIZATION, b"Bearer other")]), 401, 2004)
    refused(api.ask(LIST, headers=[(b"x-api-key", partner.secret.encode())]), 401, 2004)


def test_without_a_key_nothing_is_said_of_the_query(api: Api) -> None:
    for query in (b"limit=0", b"from=%ff", b"cursor=x"):
        refused(api.ask(LIST, query), 401, 2004)


def test_a_key_without_a_partners_lines_still_opens_its_own_list(api: Api) -> None:
    bare = api.opened.run(new_partner(api.opened.store, lines=()))
    assert page_of(api.list(bare.secret)).chats == []


def test_an_expired_key(timed: Api, clock: Clock) -> None:
    partner = timed.opened.run(new_partner(timed.opened.store, expires_at=clock() - SECOND))
    refused(timed.list(partner.secret), 401, 2004)


def test_a_cached_key_expires_on_time(timed: Api, clock: Clock) -> None:
    partner = timed.opened.run(new_partner(timed.opened.store, expires_at=clock() + RECHECK // 2))
    page_of(timed.list(partner.secret))
    clock.advance(seconds=RECHECK / 2 / SECOND)
    refused(timed.list(partner.secret), 401, 2004)


def test_a_revoked_key_is_rejected_after_the_recheck_and_another_of_the_partner_is_not(
    timed: Api, clock: Clock
) -> None:
    api, store = timed, timed.opened.store
    partner, other = api.opened.run(new_partner(store)), api.opened.run(new_partner(store))
    page_of(api.list(partner.secret))
    page_of(api.list(other.secret))
    [key] = api.opened.run(store.partners.keys(partner.id))
    assert api.opened.run(store.partners.revoke_key(key.id, clock()))
    clock.advance(seconds=RECHECK / SECOND)
    refused(api.list(partner.secret), 401, 2004)
    page_of(api.list(other.secret))
