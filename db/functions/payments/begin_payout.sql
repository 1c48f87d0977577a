-- Commits that the payout is under way before Stripe is asked. Whoever comes again, after a worker
-- died, asks the same with the same key.
create or replace function app_private.begin_payout(payout_id uuid)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts;
begin
  select * into v_payout
  from app_public.payouts as p where p.id = begin_payout.payout_id
  for no key update;
  if v_payout.status = 'approved' and app_private.may_send_payout(v_payout) then
    v_payout := app_private.hold_disputed(v_payout);
  end if;
  if v_payout.status = 'approved' and app_private.may_send_payout(v_payout) then
    update app_public.payouts as p
    set status = 'in_transit', initiated_at = now(), retry_at = null
    where p.id = v_payout.id
    returning * into v_payout;
    perform app_private.post_payout(v_payout, 'payout', 1);
  end if;
  if v_payout.status is distinct from 'in_transit' then
    return null;
  end if;
  return (
    select jsonb_build_object(
      'amount', v_payout.net_payout_cents,
      'currency', lower(v_payout.currency),
      'destination', a.stripe_account_id,
      'transfer_group', 'payout_' || v_payout.id,
      'idempotency_key', 'payout:' || v_payout.id || ':' || v_payout.attempt,
      'may_be_forgotten', v_payout.initiated_at < now() - interval '23 hours',
      'metadata', jsonb_build_object(
        'lml_payout_id', v_payout.id, 'lml_organization_id', v_payout.organization_id
      )
    )
    from app_public.stripe_accounts as a
    where a.organization_id = v_payout.organization_id and a.id = v_payout.stripe_account_id
  );
end
$$;

comment on function app_private.begin_payout(uuid) is
  'What to ask Stripe to transfer; null: nothing, or not yet.';
grant execute on function app_private.begin_payout(uuid) to lml_worker;
