create or replace function app_private.run_payouts_of(organization_id uuid, ends_at timestamptz)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payee record;
begin
  for v_payee in
    select a.promoter_id, c.currency
    from app_public.stripe_accounts as a
    cross join (
      select distinct l.currency from app_public.ledger_accounts as l
      where l.organization_id = run_payouts_of.organization_id
        and l.kind in ('organizer_payable', 'promoter_payable')
    ) as c
    where a.organization_id = run_payouts_of.organization_id
      and a.transfers_enabled and a.payout_enabled and a.deauthorized_at is null
    order by a.promoter_id nulls first, c.currency
  loop
    begin
      perform app_private.queue_payout(app_private.make_payout(
        run_payouts_of.organization_id, v_payee.promoter_id, v_payee.currency,
        run_payouts_of.ends_at, null
      ));
    exception when sqlstate 'LMPOE' then
      -- Carried over: it is in no payout, and the next one finds it.
      null;
    end;
  end loop;
end
$$;

comment on function app_private.run_payouts_of(uuid, timestamptz) is
  'Makes and submits what is to be paid to an organization and its '
  'promoters at the end of a period.';
