create or replace function app_private.lock_payout_to_send(
  payout_id uuid, permission text, status app_public.payout_status
)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts := app_private.lock_payout(
    lock_payout_to_send.payout_id, lock_payout_to_send.permission
  );
begin
  perform app_hidden.refuse_impersonator();
  perform app_private.require_payable(v_payout.organization_id);
  if v_payout.status <> lock_payout_to_send.status then
    perform app_private.raise_payout_status(v_payout);
  end if;
  return v_payout;
end
$$;

comment on function app_private.lock_payout_to_send(uuid, text, app_public.payout_status) is
  'A payout of this status, for a member who wants it sent. Raises LMPOS, LMPOA, LMORG, LMNFD, '
  'LMRGT, LMIMP.';
