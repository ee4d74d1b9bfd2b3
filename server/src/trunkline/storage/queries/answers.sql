-- name: answer
select fingerprint, message_id, body from answers where partner_id = :partner and key = :key

-- name: keep_answer
insert into answers (partner_id, key, fingerprint, message_id, body, created_at)
values (:partner, :key, :fingerprint, :message_id, :body, :now)

-- name: forget_answers
delete from answers
where partner_id = :partner and key in (
    select oldest.key
    from (
        select key, created_at from answers where partner_id = :partner order by created_at limit 2
    ) as oldest
    where oldest.created_at < :horizon
)
