create or replace function app_private.void_tickets(booking app_public.bookings)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_count integer;
begin
  -- Locked in order; a scan that is under way either comes first, and is seen here, or waits.
  perform from app_public.tickets as t
  where t.organization_id = (void_tickets.booking).organization_id
    and t.booking_id = (void_tickets.booking).id
  order by t.id
  for no key update;
  if exists (
    select from app_public.tickets as t
    where t.organization_id = (void_tickets.booking).organization_id
      and t.booking_id = (void_tickets.booking).id
      and t.status = 'used'
  ) then
    raise exception 'A ticket of this booking has been used.'
      using errcode = 'LMTUS', detail = (void_tickets.booking).id::text;
  end if;
  perform app_private.end_open_offers((void_tickets.booking).organization_id, array(
    select t.id from app_public.tickets as t
    where t.organization_id = (void_tickets.booking).organization_id
      and t.booking_id = (void_tickets.booking).id
  ));
  update app_public.tickets as t
  set status = 'canceled'
  where t.organization_id = (void_tickets.booking).organization_id
    and t.booking_id = (void_tickets.booking).id
    and t.status = 'valid';
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

comment on function app_private.void_tickets(app_public.bookings) is
  'Ends the tickets of a booking, and their offers; returns how many tickets. '
  'Raises LMTUS when one was used.';
