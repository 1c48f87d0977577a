-- All months that are not closed are compared, and whatever did not match before. Of two who come
-- here with the same run, the second finds it done.
create or replace function app_private.complete_reconciliation(
  run_id uuid, balances jsonb, is_certain boolean
)
returns app_public.reconciliation_runs
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_run app_public.reconciliation_runs;
  v_since timestamptz;
  v_differences app_private.stripe_difference[];
begin
  select * into strict v_run
  from app_public.reconciliation_runs as r
  where r.id = complete_reconciliation.run_id
  for no key update;
  if v_run.status <> 'comparing' then
    return v_run;
  end if;
  select coalesce(min(p.starts_at), now()) into v_since
  from app_public.accounting_periods as p where p.status <> 'closed';
  perform app_private.identify_stripe_movements();
  perform app_private.link_stripe_movements();
  perform app_private.store_stripe_balances(
    v_run.id, complete_reconciliation.balances, complete_reconciliation.is_certain
  );
  v_differences := array(
    select d from app_private.differences_at_stripe(v_run.compared_before, v_since) as d
    union all
    select d from app_private.differences_in_books(v_run.compared_before, v_since) as d
    union all
    select d from app_private.differences_of_bank(v_run.compared_before) as d
    union all
    select d from app_private.differences_of_balance(v_run.id) as d
  );
  perform app_private.raise_differences(v_run.id, v_differences);
  perform app_private.mark_reconciled(v_run.id, v_run.compared_before, v_differences);
  perform app_private.store_reconciliation_results(v_run.id);
  update app_public.reconciliation_runs as r
  set status = 'completed', completed_at = clock_timestamp()
  where r.id = v_run.id
  returning * into v_run;
  return v_run;
end
$$;

comment on function app_private.complete_reconciliation(uuid, jsonb, boolean) is
  'Compares what Stripe has listed with the books, once for each run.';
grant execute on function app_private.complete_reconciliation(uuid, jsonb, boolean)
  to lml_worker;
