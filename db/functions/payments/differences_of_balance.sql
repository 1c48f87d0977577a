create or replace function app_private.differences_of_balance(run_id uuid)
returns setof app_private.stripe_difference
language sql stable security definer set search_path = ''
as $$
  select
    'reconciliation_balance_differs', 'balance:' || b.currency, null::uuid, null::uuid,
    null::uuid, b.created_at,
    jsonb_build_object('currency', b.currency, 'unexplained_cents', b.unexplained_cents)
  from app_public.reconciliation_balances as b
  where b.run_id = differences_of_balance.run_id and b.is_certain and b.unexplained_cents <> 0
$$;

comment on function app_private.differences_of_balance(uuid) is
  'What of the balance at Stripe no movement explains.';
