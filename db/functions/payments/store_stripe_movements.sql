-- A page and the place where it ends are kept together, so that a run may die after any of them.
create or replace function app_private.store_stripe_movements(
  run_id uuid, movements jsonb, is_of_window boolean, is_last boolean
)
returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_count bigint;
begin
  insert into app_private.stripe_balance_transactions as k (
    id, type, amount_cents, fee_cents, net_cents, currency, source, occurred_at, available_at,
    run_id
  )
  select m ->> 'id', m ->> 'type', (m ->> 'amount')::bigint, (m ->> 'fee')::bigint,
    (m ->> 'net')::bigint, upper(m ->> 'currency'), m ->> 'source',
    to_timestamp((m ->> 'created')::bigint), to_timestamp((m ->> 'available_on')::bigint),
    store_stripe_movements.run_id
  from jsonb_array_elements(store_stripe_movements.movements) as m
  order by m ->> 'id'
  on conflict (id) do update
  set type = excluded.type, amount_cents = excluded.amount_cents, fee_cents = excluded.fee_cents,
    net_cents = excluded.net_cents, currency = excluded.currency, source = excluded.source,
    occurred_at = excluded.occurred_at, available_at = excluded.available_at
  where (
    k.type, k.amount_cents, k.fee_cents, k.net_cents, k.currency, k.source, k.occurred_at,
    k.available_at
  ) is distinct from (
    excluded.type, excluded.amount_cents, excluded.fee_cents, excluded.net_cents,
    excluded.currency, excluded.source, excluded.occurred_at, excluded.available_at
  );
  get diagnostics v_count = row_count;
  if store_stripe_movements.is_of_window then
    update app_public.reconciliation_runs as r
    set starting_after = coalesce(
        store_stripe_movements.movements #>> '{-1,id}', r.starting_after
      ),
      status = case when store_stripe_movements.is_last then 'comparing' else r.status end,
      listed_at = case when store_stripe_movements.is_last then now() else r.listed_at end
    where r.id = store_stripe_movements.run_id and r.status = 'listing';
  end if;
  return v_count;
end
$$;

comment on function app_private.store_stripe_movements(uuid, jsonb, boolean, boolean) is
  'Keeps a page of Stripe''s balance transactions; returns how many were new or have changed.';
grant execute on function app_private.store_stripe_movements(uuid, jsonb, boolean, boolean)
  to lml_worker;
