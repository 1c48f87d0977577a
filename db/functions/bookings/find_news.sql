-- Asked twice a second by each server to which somebody listens, for all of them together. It says
-- that something may be new and nothing else: what it is, each listener reads with their rights. A
-- sale writes nothing for it. As in seat_map_changes, everything is found by its key.
create or replace function app_private.find_news(
  performance_ids uuid[], since text, booking_ids uuid[], booking_versions text[]
)
returns table (
  version text, changed_performance_ids uuid[], changed_booking_ids uuid[],
  changed_booking_versions text[]
)
language plpgsql stable security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
set enable_mergejoin = off set enable_hashjoin = off
as $$
declare
  v_since pg_snapshot := split_part(find_news.since, '/', 2)::pg_snapshot;
  v_first_xid xid8 := pg_snapshot_xmin(v_since);
  v_then timestamptz :=
    to_timestamp(split_part(find_news.since, '/', 1)::bigint / 1000000.0);
begin
  version := app_hidden.map_version();

  select array_agg(p.id) into changed_performance_ids
  from unnest(find_news.performance_ids) as w (id)
  join app_public.performances as p on p.id = w.id
  where find_news.since is null
    or exists (
      select
      from app_public.bookings as b
      where b.performance_id = p.id
        and b.organization_id = p.organization_id
        and b.currency = p.currency
        and b.created_xid >= v_first_xid::text::bigint
        and not pg_visible_in_snapshot(b.created_xid::text::xid8, v_since)
    )
    or exists (
      select
      from app_private.seat_changes as c
      where c.performance_id = p.id
        and c.changed_xid >= v_first_xid
        and not pg_visible_in_snapshot(c.changed_xid, v_since)
    )
    or p.id = any (array(
      select b.performance_id
      from app_public.bookings as b
      where b.expires_at > v_then and b.expires_at <= now()
    ));

  select array_agg(w.id), array_agg(v.version)
  into changed_booking_ids, changed_booking_versions
  from unnest(find_news.booking_ids, find_news.booking_versions) as w (id, version)
  cross join lateral app_hidden.booking_version(w.id) as v
  where v.version is distinct from w.version;
  return next;
end
$$;

comment on function app_private.find_news(uuid[], text, uuid[], text[]) is
  'Of performances, those whose map may be different since a version, or all of them without one; '
  'of bookings, those whose version is another than the one that is known, with it. For the '
  'server.';
grant execute on function app_private.find_news(uuid[], text, uuid[], text[]) to lml_authenticator;
