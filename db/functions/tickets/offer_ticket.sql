-- The token goes into the mail and to nobody else: who accepts has read the mailbox.
create or replace function app_public.offer_ticket(
  ticket_id uuid, email text, idempotency_key text default null
)
returns app_public.ticket_transfers
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ticket app_public.tickets := app_private.lock_held_ticket(offer_ticket.ticket_id);
  v_transfer app_public.ticket_transfers;
  v_known uuid := app_private.replay_result(
    offer_ticket.idempotency_key, 'offer_ticket',
    jsonb_build_array(offer_ticket.ticket_id, offer_ticket.email)
  );
  v_constraint text;
  v_column text;
begin
  -- It would be gone for good, into any mailbox.
  perform app_hidden.refuse_impersonator();
  if v_known is not null then
    select * into strict v_transfer from app_public.ticket_transfers as x where x.id = v_known;
    return v_transfer;
  end if;
  perform app_private.require_transferable(v_ticket);
  -- Nobody's mailbox is flooded through us.
  if (
    select count(*) from app_public.ticket_transfers as x
    where x.organization_id = v_ticket.organization_id and x.ticket_id = v_ticket.id
  ) >= 20 then
    perform app_private.raise_ticket_bound('often', 'This ticket was offered too often.');
  end if;
  perform app_private.end_open_offers(v_ticket.organization_id, array[v_ticket.id]);

  insert into app_public.ticket_transfers (
    organization_id, performance_id, ticket_id, from_user_id, from_cart_token_hash,
    from_customer_id, to_email, offered_by, expires_at
  )
  select
    v_ticket.organization_id, v_ticket.performance_id, v_ticket.id, h.user_id, h.cart_token_hash,
    h.customer_id, offer_ticket.email::public.citext, app_hidden.current_user_id(),
    least(now() + interval '7 days', app_private.closing_time_of(v_ticket))
  from app_private.holder_of(v_ticket) as h
  returning * into v_transfer;
  perform app_private.mail_offer(v_transfer);
  perform app_private.keep_result(offer_ticket.idempotency_key, v_transfer.id);
  return v_transfer;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.offer_ticket(uuid, text, text) is
  'Offers a ticket to an address, for seven days; an earlier offer is withdrawn. It stays yours '
  'until somebody accepts with the token in the mail. For its holder, and staff with '
  'tickets.manage. Raises LMNFD, LMTUS, LMTVD, LMTRB (transfers are off, the booking is disputed, '
  'it is over, too often), LMINP, LMIMP, LMSES, LMCRT, LMIDK.';
grant execute on function app_public.offer_ticket(uuid, text, text) to lml_anonymous, lml_user;
