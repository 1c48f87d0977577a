-- The token is the right: a mail may be passed on, as a paper ticket may. Whoever accepts gets a
-- code that nobody has seen before them.
create or replace function app_public.accept_ticket(
  token text, first_name text default null, last_name text default null
)
returns app_public.tickets
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_buyer app_private.buyer := app_private.require_buyer();
  v_transfer app_public.ticket_transfers := app_private.open_offer(accept_ticket.token);
  v_ticket app_public.tickets;
  v_user app_public.users;
begin
  select * into strict v_ticket from app_public.tickets as t where t.id = v_transfer.ticket_id;
  perform app_private.require_transferable(v_ticket);
  select * into v_user from app_public.users as u where u.id = v_buyer.user_id;

  update app_public.ticket_transfers as x
  set status = 'accepted', ended_at = now(), to_user_id = v_buyer.user_id,
    to_cart_token_hash = v_buyer.cart_token_hash,
    to_customer_id = app_private.find_or_create_customer(
      x.organization_id, v_buyer.user_id, coalesce(v_user.email, x.to_email)::text,
      coalesce(accept_ticket.first_name, v_user.first_name),
      coalesce(accept_ticket.last_name, v_user.last_name), null
    )
  where x.id = v_transfer.id
  returning * into v_transfer;
  delete from app_private.ticket_transfer_tokens as t
  where t.organization_id = v_transfer.organization_id and t.transfer_id = v_transfer.id;
  update app_public.tickets as t
  set transfer_id = v_transfer.id
  where t.organization_id = v_ticket.organization_id and t.id = v_ticket.id;
  perform app_private.rotate_credential(v_ticket);
  -- Who comes is for the new holder to say, and what the old one said is none of their business.
  delete from app_public.ticket_attendees as a
  where a.organization_id = v_ticket.organization_id and a.ticket_id = v_ticket.id;
  perform app_private.queue_email(
    c.email::text, 'ticket_transferred', app_private.ticket_words(v_ticket.id), c.organization_id
  )
  from app_public.customers as c
  where c.organization_id = v_transfer.organization_id and c.id = v_transfer.from_customer_id;
  perform app_private.remember_language(v_transfer.organization_id, v_transfer.to_customer_id);
  select * into strict v_ticket from app_public.tickets as t where t.id = v_ticket.id;
  return v_ticket;
end
$$;

comment on function app_public.accept_ticket(text, text, text) is
  'Takes a ticket that was offered by mail: for the signed-in user, or for a guest with a cart '
  'token. It has another QR code from now on, and the one before is dead. Raises LMTOK, LMTUS, '
  'LMTVD, LMTRB, LMINP, LMSES, LMCRT.';
grant execute on function app_public.accept_ticket(text, text, text) to lml_anonymous, lml_user;
