"""What of ``linq-python`` is absent here or different, and why. ``compare_names.py`` makes the tables of docs/sdk.md.

A test fails if a name that is absent has no reason, if a reason explains nothing, and if a probe behaves differently
(``tests/sdk/probes.py``) without being named here.
"""

ABSENT: dict[str, list[str]] = {
    "a method that this service does not simulate ([§4](wire.md#4-chats-messages-webhooks)), or a type of one; on the "
    "real service, `client.post` and the others reach it": [
        "*[pP]ayment*",
        "*[rR]eputation[A_]*",
        "linq.types.Reputation*",
        "*[eE]xperience*",
        "*[lL]ocation*",
        "*[bB]ackground*",
        "*update_app_card*",
        "*update_sticker_placement*",
        "*UpdateAppCard*",
        "*UpdateStickerPlacement*",
        "*PhoneNumbersResource*.update*",
        "*phone_number_update_*",
        "*PhoneNumberUpdate*",
    ],
    "an event that this service never sends; from the real service, it arrives as an `OtherWebhookEvent`": [
        "*WebhookEvent",
        "import linq.types.*_webhook_event",
    ],
    "the type of one field, which has no name of its own here": [
        "linq.types.message.Part*",
        "linq.types.message_content_param.*",
        "linq.types.message_event_v2.*",
        "linq.types.*_webhook_event.Data*",
        "linq.types.chats.sent_message.Part*",
        "linq.types.chats.poll_create_params.*",
        "linq.types.messages.poll_add_options_params.*",
        "linq.types.contact_card_retrieve_response.*",
    ],
    "the API sends no server-sent events": ["*.Stream", "*.AsyncStream", "*(stream)", "*(stream_cls)"],
    "internal: the interface between the generated parts of that package": [
        "*.get_api_list",
        "*Client.request",
        "*.custom_auth",
        "*.platform_headers",
        "*.qs",
        "*.user_agent",
        "*(_strict_response_validation)",
        "*(_extra_kwargs)",
        "linq.RequestOptions.security",
    ],
    "a setting of the HTTP client: `DefaultHttpxClient(follow_redirects=False)`": [
        "linq.RequestOptions.follow_redirects"
    ],
}
"""Why names are absent, and patterns of them (``fnmatch``). The first reason that matches a name explains it."""

DIFFERENT: dict[str, tuple[str, str]] = {
    "a_client_can_retry_forever": (
        "`max_retries=math.inf`, which that package's own error recommends",
        "retries forever; there, every request raises a `TypeError`",
    ),
    "an_extra_header_in_another_case": (
        "a header of a request that differs from a default one in case only",
        "replaces it; there, both are sent",
    ),
    "an_absolute_url_gets_the_key": (
        "`client.get` and the others with an absolute URL",
        "carry the key only to the host of `base_url`; there, to any host",
    ),
    "retry_after_of_more_than_a_minute": (
        "`Retry-After` of more than a minute",
        "raises the error at once, with `retry_after`; there, the request is repeated after half a second",
    ),
    "retries_after_a_bug_in_a_transport": (
        "an exception in a transport or hook that is no connection error (a bug, a mock without a route)",
        "becomes an `APIConnectionError` in both, but is raised at once; there, it is retried first",
    ),
    "the_text_of_an_error": (
        "`str(error)`",
        "is the status and the service's message; there, it is the whole body, which `error.body` has in both",
    ),
    "a_write_redirected_with_302_becomes_a_read": (
        "a write that is redirected with 301, 302 or 303",
        "raises an `APIStatusError`; there, it becomes a `GET`, whose response looks like that of the write",
    ),
    "an_answer_without_its_main_field": (
        "a success whose body lacks what it is about (`chat`, `message`, `id`)",
        "raises an `APIResponseValidationError`; there, the attribute is `None`",
    ),
    "an_answer_that_is_not_json": (
        "a success that is not JSON, such as a proxy's login page",
        "raises an `APIResponseValidationError`; there, an `AttributeError`, or returns a `str` in place of the model",
    ),
    "a_page_without_items_ends_the_list": (
        "a page without items that has a `next_cursor`",
        "is followed by the next page; there, it ends the list",
    ),
    "cursors_that_go_in_a_circle": (
        "cursors that repeat",
        "raise a `LinqApiv3Error`; there, the list never ends",
    ),
    "imports_the_streams": ("`Stream`, `AsyncStream`", "are absent: the API sends no server-sent events"),
}
"""By the name of the probe: what behaves differently, and how it behaves here and there."""
