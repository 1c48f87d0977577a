-- Three things change a map: new bookings, what functions note, and holds that lapse by themselves.
-- Few change at a time, and each is found by its key: a plan that was made for an empty database
-- would merge or hash the lines of all bookings instead.
create or replace function app_public.seat_map_changes(performance_id uuid, since text)
returns app_public.seat_map_changes
language plpgsql stable security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
set enable_mergejoin = off set enable_hashjoin = off
as $$
declare
  v_performance app_public.performances := app_hidden.visible_performance(
    seat_map_changes.performance_id
  );
  v_since pg_snapshot;
  v_first_xid xid8;
  v_then timestamptz;
  v_changes app_public.seat_map_changes;
begin
  if v_performance.id is null then
    return null;
  end if;
  if not (
    seat_map_changes.since ~ '^[0-9]{1,16}/'
    and pg_input_is_valid(split_part(seat_map_changes.since, '/', 2), 'pg_snapshot')
  ) then
    raise exception 'This is no version of a seat map.'
      using errcode = 'LMINP', detail = 'since', hint = 'Send the version of the last answer.';
  end if;
  v_then := to_timestamp(split_part(seat_map_changes.since, '/', 1)::bigint / 1000000.0);
  v_since := split_part(seat_map_changes.since, '/', 2)::pg_snapshot;
  v_first_xid := pg_snapshot_xmin(v_since);
  v_changes.performance_id := v_performance.id;
  v_changes.is_complete := coalesce(
    v_first_xid > (select f.last_xid from app_private.seat_changes_forgotten as f)
      and pg_snapshot_xmax(v_since) <= pg_snapshot_xmax(pg_current_snapshot()),
    false
  );
  if not v_changes.is_complete then
    return v_changes;
  end if;
  v_changes.version := app_hidden.map_version();

  select
    coalesce(array_agg(s.seat_no order by s.seat_no), '{}'),
    coalesce(
      string_agg(app_hidden.seat_letter(s.status, s.locked_until), null order by s.seat_no), ''
    )
  into v_changes.seat_nos, v_changes.availability
  from app_public.seat_booking_state as s
  where s.organization_id = v_performance.organization_id
    and s.performance_id = v_performance.id
    and s.seat_no = any (array(
      select n
      from (
        select b.id
        from app_public.bookings as b
        where b.organization_id = v_performance.organization_id
          and b.performance_id = v_performance.id
          and b.currency = v_performance.currency
          and b.created_xid >= v_first_xid::text::bigint
          and not pg_visible_in_snapshot(b.created_xid::text::xid8, v_since)
        union all
        select b.id
        from app_public.bookings as b
        where b.expires_at > v_then
          and b.expires_at <= now()
          and b.organization_id = v_performance.organization_id
          and b.performance_id = v_performance.id
      ) as changed
      join app_public.booking_items as i
        on i.booking_id = changed.id and i.organization_id = v_performance.organization_id
      cross join unnest(i.seat_nos) as n
      union all
      select n
      from app_private.seat_changes as c
      cross join unnest(c.seat_nos) as n
      where c.performance_id = v_performance.id
        and c.changed_xid >= v_first_xid
        and not pg_visible_in_snapshot(c.changed_xid, v_since)
    ));
  return v_changes;
end
$$;

comment on function app_public.seat_map_changes(uuid, text) is
  'Which seats may be different since a version of the map; none is ever left out. Null when there '
  'is no such performance, or not for you. Raises LMINP for a version that is none.';
grant execute on function app_public.seat_map_changes(uuid, text) to lml_anonymous, lml_user;
