create or replace function app_public.tickets_credential(ticket app_public.tickets)
returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
  -- What the caller says of the ticket is worth nothing but its id.
  v_ticket app_public.tickets;
begin
  select * into v_ticket
  from app_public.tickets as t where t.id = (tickets_credential.ticket).id;
  -- A picture of it would outlast acting in the holder's name.
  if v_ticket.id is null
    or app_private.holds_ticket(v_ticket) is not true
    or app_hidden.current_impersonator_id() is not null
    or not (
      v_ticket.status = 'valid'
      or (v_ticket.status = 'used' and app_private.allows_reentry(v_ticket))
    )
  then
    return null;
  end if;
  return app_private.ticket_credential_of(v_ticket.id, v_ticket.credential_version);
end
$$;

comment on function app_public.tickets_credential(app_public.tickets) is
  'What the QR code of the ticket carries. Only its holder sees it, and only while it opens a '
  'door.';
grant execute on function app_public.tickets_credential(app_public.tickets)
  to lml_anonymous, lml_user;
