create or replace function app_public.withdraw_ticket_offer(ticket_id uuid)
returns app_public.tickets
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ticket app_public.tickets := app_private.lock_held_ticket(withdraw_ticket_offer.ticket_id);
begin
  perform app_private.end_open_offers(v_ticket.organization_id, array[v_ticket.id]);
  return v_ticket;
end
$$;

comment on function app_public.withdraw_ticket_offer(uuid) is
  'Takes the offer of a ticket back; without one, nothing happens. For its holder, and staff with '
  'tickets.manage. Raises LMNFD, LMSES, LMCRT.';
grant execute on function app_public.withdraw_ticket_offer(uuid) to lml_anonymous, lml_user;
