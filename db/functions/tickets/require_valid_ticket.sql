create or replace function app_private.require_valid_ticket(ticket app_public.tickets)
returns void
language plpgsql stable set search_path = ''
as $$
begin
  if (require_valid_ticket.ticket).status = 'used' then
    raise exception 'The ticket has been used.'
      using errcode = 'LMTUS', detail = (require_valid_ticket.ticket).id::text;
  elsif (require_valid_ticket.ticket).status <> 'valid' then
    raise exception 'The ticket is %.', (require_valid_ticket.ticket).status
      using errcode = 'LMTVD', detail = (require_valid_ticket.ticket).id::text;
  end if;
end
$$;

comment on function app_private.require_valid_ticket(app_public.tickets) is
  'Raises LMTUS for a ticket that was used, LMTVD for one that is no longer good.';
