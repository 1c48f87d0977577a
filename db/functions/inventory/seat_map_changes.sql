-- Three things change a map: new bookings, what functions note, and holds that lapse by themselves.
-- Few change at a time, and each is found by its key, whatever a plan was made for. Most of the
-- time goes into starting statements and their expressions: one statement finds everything, and by
-- keys alone, which say whose it is. Before the performance was moved to another plan, its numbers
-- were those of other seats.
create or replace function app_public.seat_map_changes(performance_id uuid, since text)
returns app_public.seat_map_changes
language plpgsql stable security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  v_then timestamptz;
  v_since pg_snapshot;
  v_first_xid xid8;
  v_changes app_public.seat_map_changes;
begin
  begin
    v_then := to_timestamp(
      split_part(seat_map_changes.since, '/', 1)::bigint::double precision / 1000000
    );
    v_since := split_part(seat_map_changes.since, '/', 2)::pg_snapshot;
    v_first_xid := pg_snapshot_xmin(v_since);
  exception
    when invalid_text_representation or numeric_value_out_of_range or datetime_field_overflow then
      raise exception 'This is no version of a seat map.'
        using errcode = 'LMINP', detail = 'since', hint = 'Send the version of the last answer.';
  end;

  select
    p.id,
    case when known.is_complete then app_hidden.map_version() end,
    known.is_complete,
    case when known.is_complete then coalesce(news.seat_nos, '{}') end,
    case when known.is_complete then coalesce(news.availability, '') end
  into v_changes
  from app_public.performances as p
  cross join lateral (
    select coalesce(
      v_first_xid > f.last_xid and (v_then < p.holds_begin_at) is not true
        and pg_snapshot_xmax(v_since) <= pg_snapshot_xmax(pg_current_snapshot()),
      false
    ) as is_complete
    from app_private.seat_changes_forgotten as f
    offset 0
  ) as known
  cross join lateral (
    select
      array_agg(s.seat_no order by s.seat_no) as seat_nos,
      string_agg(app_hidden.seat_letter(s.status, s.locked_until), null order by s.seat_no)
        as availability
    from app_public.seat_booking_state as s
    where s.performance_id = p.id
      and s.seat_no = any (case when known.is_complete then array(
        select unnest(changed.seat_nos)
        from (
          select i.seat_nos
          from app_public.booking_items as i
          where i.booking_id = any (array(
              select b.id
              from app_public.bookings as b
              where b.organization_id = p.organization_id
                and b.performance_id = p.id
                and b.currency = p.currency
                and b.created_xid >= v_first_xid::text::bigint
                and not pg_visible_in_snapshot(b.created_xid::text::xid8, v_since)
              union all
              select b.id
              from app_public.bookings as b
              where b.expires_at > v_then
                and b.expires_at <= current_timestamp
                -- No key, or a plan might read all bookings of the performance instead.
                and b.performance_id is not distinct from p.id
            ))
          union all
          select c.seat_nos
          from app_private.seat_changes as c
          where c.performance_id = p.id
            and c.changed_xid >= v_first_xid
            and not pg_visible_in_snapshot(c.changed_xid, v_since)
        ) as changed
      ) end)
  ) as news
  where p.id = seat_map_changes.performance_id
    and app_hidden.sees_performance(p.id, p.is_public, p.status);
  if not found then
    return null;
  end if;
  return v_changes;
end
$$;

comment on function app_public.seat_map_changes(uuid, text) is
  'Which seats may be different since a version of the map; none is ever left out. Null when there '
  'is no such performance, or not for you. Raises LMINP for a version that is none.';
grant execute on function app_public.seat_map_changes(uuid, text) to lml_anonymous, lml_user;
