create or replace function app_public.submit_payout(payout_id uuid)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts := app_private.lock_payout_to_send(
    submit_payout.payout_id, 'payouts.manage', 'draft'
  );
begin
  return app_private.queue_payout(v_payout);
end
$$;

comment on function app_public.submit_payout(uuid) is
  'Has a draft sent, or asks for a second person when it is above the organization''s threshold. '
  'Needs payouts.manage. Raises LMPOS, LMPOA, LMORG, LMNFD, LMRGT, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.submit_payout(uuid) to lml_user;
