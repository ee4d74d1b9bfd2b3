-- name: schema_version
select schema_version from store

-- name: compatible_with
select compatible_with from store

-- name: set_compatible_with
update store set compatible_with = :compatible_with

-- name: store
select cursor_key, link_key, origin from store

-- name: create_store
insert into store (schema_version, cursor_key, last_partner_id) values (0, :cursor_key, 0)

-- name: set_schema_version
update store set schema_version = :schema_version

-- name: set_origin
update store set origin = :origin

-- name: renew_cursor_key
update store set cursor_key = :cursor_key
