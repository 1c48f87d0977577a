create or replace function app_public.retry_payout(payout_id uuid)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts := app_private.lock_payout_to_send(
    retry_payout.payout_id, 'payouts.manage', 'failed'
  );
begin
  return app_private.send_payout_again(v_payout);
end
$$;

comment on function app_public.retry_payout(uuid) is
  'Has a payout sent again that Stripe has refused. Needs payouts.manage. Raises LMPOS, LMPOA, '
  'LMORG, LMNFD, LMRGT, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.retry_payout(uuid) to lml_user;
