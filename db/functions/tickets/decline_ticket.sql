create or replace function app_public.decline_ticket(token text)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_transfer app_public.ticket_transfers := app_private.open_offer(decline_ticket.token);
  v_ticket app_public.tickets;
begin
  select * into strict v_ticket from app_public.tickets as t where t.id = v_transfer.ticket_id;
  perform app_private.end_open_offers(v_ticket.organization_id, array[v_ticket.id], 'declined');
  perform app_private.queue_email(
    c.email::text, 'ticket_declined', app_private.ticket_words(v_ticket.id), c.organization_id
  )
  from app_public.customers as c
  where c.organization_id = v_transfer.organization_id and c.id = v_transfer.from_customer_id;
  return true;
end
$$;

comment on function app_public.decline_ticket(text) is
  'Declines a ticket that was offered by mail; it stays with its holder. Raises LMTOK.';
grant execute on function app_public.decline_ticket(text) to lml_anonymous, lml_user;
