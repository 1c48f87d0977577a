create or replace function app_private.raise_payout_status(payout app_public.payouts)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  raise exception 'The payout is %.', (raise_payout_status.payout).status
    using errcode = 'LMPOS', detail = (raise_payout_status.payout).status::text,
      hint = 'Read it again. payoutStatusTransitions lists what may happen to it.';
end
$$;

comment on function app_private.raise_payout_status(app_public.payouts) is 'Raises LMPOS.';
