"""The conversation and the other phone, as somebody works with them."""

import re
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.console.chats import (
    ANN,
    choose,
    conversation,
    message,
    open_chat,
    phone,
    received,
    send,
    simulate,
    text,
    write,
)
from tests.console.conftest import Tenant
from tests.support.browser import Behaviour
from tests.support.command import post


@pytest.fixture
def chat_id(tenant: Tenant) -> str:
    return received(tenant)["chat_id"]


@pytest.fixture
def page(context: BrowserContext, tenant: Tenant, chat_id: str) -> Page:
    return open_chat(context, tenant, chat_id)


def test_a_message_goes_from_one_side_to_the_other_and_back(page: Page) -> None:
    line, ann = conversation(page), phone(page)
    write(line, "It is. Bread is at seven.")

    expect(message(ann, "Bread is at seven")).to_be_visible()
    expect(message(line, "Bread is at seven")).to_contain_text("Delivered")

    write(ann, "Two loaves, please")
    expect(message(line, "Two loaves, please")).to_be_visible()

    ann.get_by_role("button", name="Read", exact=True).click()
    expect(message(line, "Bread is at seven")).to_contain_text("Read")


def test_each_side_sees_its_own_messages_on_the_right(page: Page) -> None:
    line, ann = conversation(page), phone(page)
    write(line, "It is.")

    expect(message(line, "It is.")).to_have_class(re.compile("own"))
    expect(message(ann, "It is.")).to_have_class(re.compile("theirs"))
    expect(message(ann, "Is this the bakery?")).to_have_class(re.compile("own"))


def test_shift_and_enter_begin_a_line(page: Page) -> None:
    field = conversation(page).get_by_role("textbox")
    field.fill("One")
    field.press("Shift+Enter")
    field.type("Two")
    field.press("Enter")

    expect(message(conversation(page), "One\nTwo")).to_be_visible()


def test_somebody_opts_out_is_written_to_anyway_and_comes_back(page: Page, behaviour: Behaviour) -> None:
    behaviour.expected.append("403")
    line, ann = conversation(page), phone(page)
    ann.get_by_role("button", name="STOP").click()
    expect(line.get_by_text("The chat is now opted out")).to_be_visible()

    write(line, "One more offer")
    refused = message(line, "One more offer")
    expect(refused).to_contain_text("opted out")
    expect(refused.get_by_role("link", name="Error 2024")).to_be_visible()
    expect(message(ann, "One more offer")).to_have_count(0)

    refused.get_by_role("button", name="Send anyway").click()
    expect(message(ann, "One more offer")).to_be_visible()
    expect(message(line, "One more offer")).to_have_count(1)

    ann.get_by_role("button", name="START").click()
    expect(ann.get_by_role("button", name="STOP")).to_be_visible()
    write(line, "Welcome back")
    expect(message(ann, "Welcome back")).to_be_visible()


def test_a_refused_message_is_edited_and_sent(page: Page, behaviour: Behaviour) -> None:
    behaviour.expected.append("403")
    line, ann = conversation(page), phone(page)
    write(ann, "STOP")
    expect(line.get_by_text("The chat is now opted out")).to_be_visible()
    write(line, "One more ofer")
    message(line, "One more ofer").get_by_role("button", name="Edit").click()
    expect(line.get_by_role("textbox")).to_have_value("One more ofer")
    expect(message(line, "One more ofer")).to_have_count(0)

    write(ann, "Sorry, wrong chat")
    expect(message(line, "Sorry, wrong chat")).to_be_visible()
    write(line, "One more offer")
    expect(message(ann, "One more offer")).to_be_visible()


def test_a_message_whose_answer_is_lost_is_sent_once(page: Page, tenant: Tenant, behaviour: Behaviour) -> None:
    behaviour.expected.append("net::ERR")
    fault = {"effect": "cut", "carried_out": True, "method": "POST", "path": "/v3/chats/*/messages", "times": 2}
    assert post(f"{tenant.url}/admin/faults", fault, tenant.key)[0] == 201
    line = conversation(page)
    write(line, "Your order is ready")

    expect(message(line, "Your order is ready")).to_contain_text("Delivered")
    write(line, "Your order is ready")
    expect(message(line, "Your order is ready")).to_have_count(2)
    expect(message(phone(page), "Your order is ready")).to_have_count(2)


def test_reactions_of_both_sides(page: Page) -> None:
    line, ann = conversation(page), phone(page)
    choose(line, "Is this the bakery?", "Love")
    expect(message(ann, "Is this the bakery?").get_by_role("list", name="Reactions")).to_contain_text("Love")

    write(line, "It is.")
    choose(ann, "It is.", "Laugh")
    expect(message(line, "It is.").get_by_role("list", name="Reactions")).to_contain_text("Laugh")

    message(line, "Is this the bakery?").get_by_role("button", name="Love: you").click()
    expect(message(ann, "Is this the bakery?").get_by_role("list", name="Reactions")).to_have_count(0)


def test_the_same_tapback_again_removes_it(page: Page) -> None:
    line = conversation(page)
    choose(line, "Is this the bakery?", "Like")
    expect(message(line, "Is this the bakery?").get_by_role("button", name="Like: you")).to_be_visible()

    choose(line, "Is this the bakery?", "Like")
    expect(message(line, "Is this the bakery?").get_by_role("list", name="Reactions")).to_have_count(0)


def test_another_emoji(page: Page) -> None:
    line = conversation(page)
    message(line, "Is this the bakery?").hover()
    line.get_by_role("button", name="React, answer, and more").first.click()
    page.get_by_label("Another emoji").first.fill("🥐")
    page.get_by_label("Another emoji").first.press("Enter")

    expect(message(phone(page), "Is this the bakery?")).to_contain_text("🥐")


def test_an_answer_quotes_and_jumps(page: Page, tenant: Tenant, chat_id: str) -> None:
    for number in range(30):
        received(tenant, f"Question {number}", chat_id=chat_id, sender=ANN)
    line = conversation(page)
    expect(message(line, "Question 29")).to_be_in_viewport()
    choose(line, "Question 29", "Answer")
    write(line, "Later")
    expect(message(phone(page), "Later")).to_contain_text("Question 29")
    choose(phone(page), "Later", "Answer")
    write(phone(page), "Fine")

    answer = message(line, "Fine")
    answer.get_by_role("button", name="Answer to you: Later").click()
    expect(message(line, "Later").first).to_be_focused()


def test_edits_of_both_sides(page: Page) -> None:
    line, ann = conversation(page), phone(page)
    write(line, "Two loves are ready")
    choose(line, "Two loves are ready", "Edit")
    write(line, "Two loaves are ready")
    expect(message(ann, "Two loaves are ready")).to_contain_text("Edited")

    choose(ann, "Is this the bakery?", "Edit")
    write(ann, "Is this Harbor Bakery?")
    expect(message(line, "Is this Harbor Bakery?")).to_contain_text("Edited")


def test_an_edit_that_is_refused_keeps_what_was_written(page: Page, behaviour: Behaviour) -> None:
    behaviour.expected.append("400")
    line = conversation(page)
    write(line, "Version 0")
    for number in range(1, 6):
        choose(line, f"Version {number - 1}", "Edit")
        write(line, f"Version {number}")
        expect(message(line, f"Version {number}")).to_be_visible()

    choose(line, "Version 5", "Edit")
    write(line, "Version 6")
    expect(line.get_by_role("alert")).to_contain_text("edited 5 times")
    expect(line.get_by_role("textbox")).to_have_value("Version 6")


def test_a_held_message_is_not_on_the_phone_until_it_is_delivered(page: Page) -> None:
    line, ann = conversation(page), phone(page)
    ann.get_by_label("Messages to this phone").select_option(label="Are held until you decide")
    expect(ann.get_by_label("Messages to this phone")).to_have_value("held")
    write(line, "Your order is ready")
    expect(message(line, "Your order is ready")).to_contain_text("Sent")
    underway = ann.get_by_role("list", name="Not on the phone")
    expect(underway).to_contain_text("Your order is ready")
    expect(message(ann, "Your order is ready")).to_have_count(0)

    underway.get_by_role("button", name="Deliver").click()
    expect(message(ann, "Your order is ready")).to_be_visible()
    expect(message(line, "Your order is ready")).to_contain_text("Delivered")


def test_a_message_that_fails_says_why(page: Page) -> None:
    line, ann = conversation(page), phone(page)
    ann.get_by_label("Messages to this phone").select_option(label="Fail")
    ann.get_by_label("Reason").fill("phone switched off")
    ann.get_by_label("Reason").press("Tab")
    write(line, "Your order is ready")

    expect(message(line, "Your order is ready")).to_contain_text("Failed: phone switched off")
    expect(message(ann, "Your order is ready")).to_have_count(0)


def test_messages_that_fall_back_to_sms(page: Page) -> None:
    line, ann = conversation(page), phone(page)
    ann.get_by_label("Messages to this phone").select_option(label="Fall back to SMS")
    write(line, "Your order is ready")

    expect(message(line, "Your order is ready")).to_have_attribute("data-service", "SMS")
    expect(message(line, "Your order is ready")).to_contain_text("Delivered")


def test_typing_shows_on_the_other_side(page: Page) -> None:
    line, ann = conversation(page), phone(page)
    line.get_by_role("textbox").press_sequentially("It")
    expect(ann.get_by_text("is typing")).to_be_visible()
    write(line, "It is.")
    expect(ann.get_by_text("is typing")).to_be_hidden()

    ann.get_by_role("textbox").press_sequentially("Two")
    expect(line.get_by_text(f"{ANN} is typing")).to_be_visible()


def test_nothing_is_read_by_looking(page: Page, tenant: Tenant) -> None:
    line = conversation(page)
    expect(message(line, "Is this the bakery?")).to_be_visible()
    expect(page.get_by_role("region", name="Chats").get_by_text("1 unread")).to_be_attached()

    line.get_by_role("button", name="Mark as read").click()
    expect(line.get_by_role("button", name="Mark as read")).to_have_count(0)


def test_a_group_says_who_wrote_who_left_and_who_came_back(context: BrowserContext, tenant: Tenant) -> None:
    group = received(tenant, "Who comes on Sunday?", others=["bob@example.com", "+13105550113", "+13105550114"])[
        "chat_id"
    ]
    page = open_chat(context, tenant, group)
    line, ann = conversation(page), phone(page)
    ann.get_by_label("The phone of").select_option("bob@example.com")
    write(ann, "Me!")
    expect(message(line, "Me!")).to_contain_text("bob@example.com")

    ann.get_by_role("button", name="Leave").click()
    expect(line.get_by_text("bob@example.com left")).to_be_visible()
    expect(ann.get_by_text("is no longer in this group")).to_be_visible()
    write(line, "Bob has left")
    expect(message(line, "Bob has left")).to_contain_text("Delivered")
    expect(message(ann, "Bob has left")).to_have_count(0)

    ann.get_by_role("button", name="Join").click()
    expect(line.get_by_text("bob@example.com joined")).to_be_visible()
    write(ann, "Back again")
    expect(message(line, "Back again")).to_be_visible()


def test_the_phone_shows_the_contact_card_of_the_line(page: Page, tenant: Tenant, behaviour: Behaviour) -> None:
    behaviour.expected.append("404")
    line, ann = conversation(page), phone(page)
    line.locator("summary").click()
    line.get_by_role("button", name="Share the contact card").click()
    expect(line.get_by_role("alert")).to_contain_text("has no contact card")

    card = {"phone_number": tenant.line, "first_name": "Harbor", "last_name": "Bakery"}
    assert post(f"{tenant.url}/v3/contact_card", card, tenant.key)[0] == 200
    line.get_by_role("button", name="Share the contact card").click()
    expect(ann.get_by_text(f"Contact card: Harbor Bakery, {tenant.line}")).to_be_visible()


def test_the_details_say_why_and_close_by_escape(page: Page, chat_id: str) -> None:
    line = conversation(page)
    line.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(line.get_by_text("They answer, and messages arrive.")).to_be_visible()
    expect(line.get_by_text(chat_id)).to_be_visible()

    page.keyboard.press("Escape")
    expect(line.get_by_text(chat_id)).to_be_hidden()
    expect(line.locator("summary")).to_be_focused()


def test_everything_by_the_keyboard(page: Page) -> None:
    line, ann = conversation(page), phone(page)
    line.get_by_role("region", name="Messages").focus()
    page.keyboard.press("ArrowUp")
    expect(message(line, "Is this the bakery?")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(line.get_by_role("button", name="Love", exact=True)).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(message(ann, "Is this the bakery?").get_by_role("list", name="Reactions")).to_contain_text("Like")
    expect(message(line, "Is this the bakery?")).to_be_focused()


def test_a_poll_of_the_counterparty(page: Page, tenant: Tenant, chat_id: str) -> None:
    simulate(tenant, "poll", chat_id=chat_id, sender=ANN, options=["Saturday", "Sunday"])
    line, ann = conversation(page), phone(page)
    expect(page.get_by_role("region", name="Chats").locator("li")).to_contain_text("Poll")
    expect(line.get_by_text("No votes yet")).to_be_visible()

    line.get_by_role("button", name="Saturday").click()
    expect(line.get_by_role("button", name="Saturday 1 vote", exact=True)).to_have_attribute("aria-pressed", "true")

    ann.get_by_role("button", name="Sunday").click()
    expect(line.get_by_text("2 people voted")).to_be_visible()


def test_two_browsers_see_the_same(
    page: Page, context: BrowserContext, tenant: Tenant, chat_id: str, browser: Any
) -> None:
    other = browser.new_context(viewport={"width": 1440, "height": 900})
    try:
        second = open_chat(other, tenant, chat_id)
        write(conversation(page), "It is.")
        expect(message(conversation(second), "It is.")).to_be_visible()
        expect(message(phone(second), "It is.")).to_be_visible()

        write(phone(second), "Two loaves, please")
        expect(message(conversation(page), "Two loaves, please")).to_be_visible()
    finally:
        other.close()


def test_a_message_of_ten_thousand_characters_is_folded(page: Page, tenant: Tenant, chat_id: str) -> None:
    send(tenant, chat_id, text("word " * 2000))
    line = conversation(page)
    long = message(line, "word word")
    long.get_by_role("button", name="Show all 10,000 characters").click()
    expect(long.locator(".text")).to_have_text(re.compile(r"^(word ?){2000}$"))
