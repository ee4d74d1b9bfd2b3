-- name: positions_beyond_counter
select p.name, count(*) from partners p join chats c on c.partner_id = p.id
where c.position > p.counter group by p.name order by p.name

-- name: moves_beyond_counter
select p.name, count(*) from partners p join moves m on m.partner_id = p.id
where m.moved_to > p.counter group by p.name order by p.name

-- name: chats_after
select partner_id, id, line, recipients, name, updated_at, position, document from chats
where (partner_id, id) > (:partner, :id)
order by partner_id, id
limit :limit

-- name: participants_of_chat
select handle, line, updated_at, position from participants where partner_id = :partner and chat_id = :id order by handle

-- name: participants_without_chat
select count(*) from participants x
where not exists (select 1 from chats c where c.partner_id = x.partner_id and c.id = x.chat_id)
