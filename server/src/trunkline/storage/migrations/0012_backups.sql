-- cursor_key signs what names a state of the database, and is renewed when an older state is restored. link_key signs
-- URLs that work without a key; those stay valid. origin: which database this is, as the engine identifies it; a copy
-- that was restored into another one still has the former value. Null until the store is first opened.
alter table store add column link_key bytea;
alter table store add column origin text;
update store set link_key = cursor_key;
