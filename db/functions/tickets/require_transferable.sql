-- The ticket is locked, and its booking cannot change meanwhile.
create or replace function app_private.require_transferable(ticket app_public.tickets)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_ticket app_public.tickets := require_transferable.ticket;
begin
  perform app_private.require_valid_ticket(v_ticket);
  if not (
    select s.ticket_transfers_enabled from app_public.organization_settings as s
    where s.organization_id = v_ticket.organization_id
  ) then
    perform app_private.raise_ticket_bound(
      'disabled', 'Tickets of this organization stay with whoever bought them.'
    );
  end if;
  if not exists (
    select from app_public.bookings as b
    where b.organization_id = v_ticket.organization_id
      and b.id = v_ticket.booking_id
      and b.status in ('confirmed', 'completed')
  ) then
    perform app_private.raise_ticket_bound(
      'disputed', 'The booking of this ticket is disputed or not settled.'
    );
  end if;
  if app_private.closing_time_of(v_ticket) <= now() then
    perform app_private.raise_ticket_bound('over', 'What this ticket is for is over.');
  end if;
end
$$;

comment on function app_private.require_transferable(app_public.tickets) is
  'Raises LMTUS, LMTVD, or LMTRB when a ticket may not change hands now.';
