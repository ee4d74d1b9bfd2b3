-- name: card
select phone_number, first_name, last_name, image_url from contact_cards
where partner_id = :partner and phone_number = :phone_number

-- name: cards
select phone_number, first_name, last_name, image_url from contact_cards
where partner_id = :partner
order by phone_number

-- name: save_card
insert into contact_cards (partner_id, phone_number, first_name, last_name, image_url)
values (:partner, :phone_number, :first_name, :last_name, :image_url)
on conflict (partner_id, phone_number) do update
set first_name = excluded.first_name, last_name = excluded.last_name, image_url = excluded.image_url

-- name: add_share
insert into contact_card_shares
    (partner_id, id, chat_id, phone_number, first_name, last_name, image_url, shared_at)
values (:partner, :id, :chat_id, :phone_number, :first_name, :last_name, :image_url, :now)

-- name: share
select id, chat_id, phone_number, first_name, last_name, image_url, shared_at, shown_at from contact_card_shares
where partner_id = :partner and id = :id

-- name: shares_of_chat
-- Newest first.
select id, chat_id, phone_number, first_name, last_name, image_url, shared_at, shown_at from contact_card_shares
where partner_id = :partner and chat_id = :chat_id
order by shared_at desc, id desc
limit :limit

-- name: record_shown
update contact_card_shares set shown_at = :now where partner_id = :partner and id = :id and shown_at is null
