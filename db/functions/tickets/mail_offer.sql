create or replace function app_private.mail_offer(transfer app_public.ticket_transfers)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_token text := app_public.create_cart_token();
begin
  insert into app_private.ticket_transfer_tokens (token_hash, organization_id, transfer_id)
  values (
    app_hidden.hash_token(v_token), (mail_offer.transfer).organization_id, (mail_offer.transfer).id
  );
  perform app_private.queue_email(
    (mail_offer.transfer).to_email::text, 'ticket_offer',
    app_private.ticket_words((mail_offer.transfer).ticket_id)
      || jsonb_build_object('token', v_token),
    (mail_offer.transfer).organization_id
  );
end
$$;

comment on function app_private.mail_offer(app_public.ticket_transfers) is
  'Mails the token of an offer.';
