-- Organization by organization, of which each is one transaction's part: what goes wrong with one
-- is a finding, and does not keep the others from being paid.
create or replace function app_private.run_due_payouts(batch_limit integer default 50)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_due record;
  v_count integer := 0;
begin
  for v_due in
    select d.organization_id, d.ends_at
    from app_private.due_payouts(run_due_payouts.batch_limit) as d
  loop
    insert into app_private.payout_runs (organization_id)
    values (v_due.organization_id) on conflict do nothing;
    -- Somebody else is at it.
    perform from app_private.payout_runs as r
    where r.organization_id = v_due.organization_id
      and (r.ran_until is null or r.ran_until < v_due.ends_at)
    for update skip locked;
    continue when not found;
    v_count := v_count + 1;
    begin
      perform app_private.run_payouts_of(v_due.organization_id, v_due.ends_at);
      update app_private.payout_runs as r
      set ran_until = v_due.ends_at, retry_at = null
      where r.organization_id = v_due.organization_id;
    exception when others then
      update app_private.payout_runs as r
      set retry_at = now() + interval '1 hour'
      where r.organization_id = v_due.organization_id;
      perform app_private.raise_payment_finding(
        'payouts_not_made', v_due.organization_id::text, v_due.organization_id, null,
        jsonb_build_object('code', sqlstate, 'reason', sqlerrm)
      );
    end;
  end loop;
  return v_count;
end
$$;

comment on function app_private.run_due_payouts(integer) is
  'Makes the payouts of periods that have ended; returns for how many organizations.';
grant execute on function app_private.run_due_payouts(integer) to lml_worker;
