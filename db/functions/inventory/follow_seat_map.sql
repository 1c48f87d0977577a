-- Asked for each listener, as that listener, whenever something may be new.
create or replace function app_hidden.follow_seat_map(performance_id uuid, since text)
returns app_public.seat_map_changes
language plpgsql stable set search_path = ''
as $$
declare
  v_changes app_public.seat_map_changes;
begin
  perform app_hidden.require_living_session();
  v_changes := app_public.seat_map_changes(
    follow_seat_map.performance_id, follow_seat_map.since
  );
  if v_changes.performance_id is null then
    raise exception 'There is no such performance, or it is not for you.'
      using errcode = 'LMNFD', detail = format('%s', follow_seat_map.performance_id);
  end if;
  -- Whoever has to read the whole map reads one that is at least as new.
  v_changes.version := coalesce(v_changes.version, app_hidden.map_version());
  v_changes.seat_nos := coalesce(v_changes.seat_nos, '{}');
  v_changes.availability := coalesce(v_changes.availability, '');
  return v_changes;
end
$$;

comment on function app_hidden.follow_seat_map(uuid, text) is
  'What is new on a map since a version, with a version to go on from in any case. Raises LMNFD '
  'when there is no such performance, or not for you; LMSES; LMINP for a version that is none.';
grant execute on function app_hidden.follow_seat_map(uuid, text) to lml_anonymous, lml_user;
