create or replace function app_private.open_offer(token text)
returns app_public.ticket_transfers
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_hash bytea := app_hidden.hash_token(open_offer.token);
  v_transfer app_public.ticket_transfers;
begin
  perform app_private.lock_ticket(x.ticket_id)
  from app_private.ticket_transfer_tokens as t
  join app_public.ticket_transfers as x
    on x.organization_id = t.organization_id and x.id = t.transfer_id
  where t.token_hash = v_hash;
  -- After the lock: it may have been accepted, declined or withdrawn meanwhile.
  select x.* into v_transfer
  from app_private.ticket_transfer_tokens as t
  join app_public.ticket_transfers as x
    on x.organization_id = t.organization_id and x.id = t.transfer_id
  where t.token_hash = v_hash and x.status = 'offered' and x.expires_at > now();
  if not found then
    raise exception 'This offer is not good, or not any more.'
      using errcode = 'LMTOK', hint = 'Ask for the ticket to be offered again.';
  end if;
  return v_transfer;
end
$$;

comment on function app_private.open_offer(text) is
  'The offer of a mailed token; its ticket is locked. Raises LMTOK.';
