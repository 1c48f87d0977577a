-- Nothing is waited for. Who is being served at this moment is found by the job that follows; a
-- hold that has lapsed is free already, and others may be taking its seats.
create or replace function app_private.release_open_bookings(
  organization_id uuid, performance_ids uuid[], reason text
)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
  v_count integer := 0;
begin
  for v_booking in
    select * from app_public.bookings as b
    where b.organization_id = release_open_bookings.organization_id
      and b.performance_id = any (release_open_bookings.performance_ids)
      and app_private.is_open(b.status)
      and b.expires_at > now()
    order by b.id
    for no key update skip locked
  loop
    perform app_private.end_booking(v_booking, release_open_bookings.reason, 'event_canceled');
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;

comment on function app_private.release_open_bookings(uuid, uuid[], text) is
  'Lets all holds of performances go; returns how many.';
