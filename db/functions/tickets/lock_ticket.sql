-- The booking first, as everywhere: whoever cancels it locks it before its tickets. It is only
-- shared, so that tickets of one booking may change hands at the same time.
create or replace function app_private.lock_ticket(ticket_id uuid)
returns app_public.tickets
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ticket app_public.tickets;
begin
  perform from app_public.tickets as t
  join app_public.bookings as b on b.organization_id = t.organization_id and b.id = t.booking_id
  where t.id = lock_ticket.ticket_id
  for share of b;
  select * into v_ticket
  from app_public.tickets as t where t.id = lock_ticket.ticket_id
  for no key update;
  return v_ticket;
end
$$;

comment on function app_private.lock_ticket(uuid) is
  'A ticket, locked, and its booking held as it is. Asks for no right.';
