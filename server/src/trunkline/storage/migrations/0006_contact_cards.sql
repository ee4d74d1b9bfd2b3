-- The contact card of a line: the name and picture that recipients see when the line shares it.
create table contact_cards (
    partner_id bigint not null,
    phone_number text not null,
    first_name text not null,
    last_name text,
    image_url text,
    primary key (partner_id, phone_number)
);

-- Each time a line shared its card in a chat, with the card as it was. shown_at: when the carrier accepted it; null
-- until then, and if it never does.
create table contact_card_shares (
    partner_id bigint not null,
    id text not null,
    chat_id text not null,
    phone_number text not null,
    first_name text not null,
    last_name text,
    image_url text,
    shared_at bigint not null,
    shown_at bigint,
    primary key (partner_id, id)
);
create index contact_card_shares_shared_at on contact_card_shares (partner_id, shared_at);
create index contact_card_shares_chat on contact_card_shares (partner_id, chat_id, shared_at, id);
