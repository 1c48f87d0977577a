create table app_private.harmless_work (id integer primary key, is_done boolean not null);
create function app_private.planted_batch() returns void language sql volatile as $$
  update app_private.harmless_work as w set is_done = true
  where w.id in (
    select h.id from app_private.harmless_work as h
    where not h.is_done
    order by h.id limit (10)
    for no key update skip locked -- a comment (of one bracket
  )
$$;
create function app_private.planted_join() returns void language sql volatile as $$
  update app_private.harmless_work as w set is_done = true
  from (select h.id from app_private.harmless_work as h limit 10 FOR UPDATE) as batch
  where w.id = batch.id
$$;
create function app_private.harmless_array() returns void language sql volatile as $$
  update app_private.harmless_work as w set is_done = true
  where w.id = any (array(
    select h.id from app_private.harmless_work as h
    where h.id in (select 1) order by h.id limit 10 for update
  ))
$$;
create function app_private.harmless_with() returns void language sql volatile as $$
  with batch as materialized (
    select h.id from app_private.harmless_work as h limit 10 for update
  ), others as (select h.id from app_private.harmless_work as h limit 10 for share)
  update app_private.harmless_work as w set is_done = true
  where w.id in (select b.id from batch as b) or w.id in (select o.id from others as o)
$$;
create function app_private.harmless_statement() returns void language plpgsql volatile as $$
begin
  perform from app_private.harmless_work as w where w.id in (select 1) for update;
end
$$;
create function app_private.harmless_from() returns bigint language sql volatile as $$
  select count(*) from (
    select h.id from app_private.harmless_work as h
    where h.id in (select o.id from app_private.harmless_work as o limit 1) for share
  ) as h limit 1
$$;
