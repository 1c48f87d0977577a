create or replace function app_private.lock_held_ticket(ticket_id uuid)
returns app_public.tickets
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ticket app_public.tickets;
begin
  -- Looked at before it is locked, so that strangers make nobody wait.
  select * into v_ticket from app_public.tickets as t where t.id = lock_held_ticket.ticket_id;
  if app_private.may_change_ticket(v_ticket) then
    v_ticket := app_private.lock_ticket(lock_held_ticket.ticket_id);
  end if;
  -- Again: it may have changed hands meanwhile.
  if not app_private.may_change_ticket(v_ticket) then
    perform app_private.require_buyer();
    raise exception 'There is no such ticket, or it is not yours.'
      using errcode = 'LMNFD', detail = format('%s', lock_held_ticket.ticket_id);
  end if;
  return v_ticket;
end
$$;

comment on function app_private.lock_held_ticket(uuid) is
  'A ticket, locked, for its holder or for staff with tickets.manage. Raises LMNFD, LMSES, LMCRT.';
