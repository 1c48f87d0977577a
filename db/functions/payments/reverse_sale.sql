-- A correction that moved money between the parts of the sale goes back with it: else the account
-- that it was moved to would keep what was never earned.
create or replace function app_private.reverse_sale(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_kinds app_public.ledger_account_kind[];
  v_amounts bigint[];
  v_parts constant app_public.ledger_account_kind[] := array[
    'organizer_payable', 'promoter_payable', 'platform_commission', 'service_fees',
    'processing_fees', 'taxes_payable'
  ];
begin
  -- Less what was taken back before.
  select array_agg(s.kind), array_agg(-s.amount)
  into v_kinds, v_amounts
  from (
    select a.kind, sum(e.amount_cents)::bigint as amount
    from app_public.ledger_transactions as t
    join app_public.ledger_entries as e
      on e.organization_id = t.organization_id and e.transaction_id = t.id
    join app_public.ledger_accounts as a
      on a.organization_id = e.organization_id and a.id = e.account_id
    where t.organization_id = (reverse_sale.booking).organization_id
      and t.booking_id = (reverse_sale.booking).id
      and (
        t.source = 'sale:' || (reverse_sale.booking).id
        or starts_with(t.source, 'sale_return:')
        or exists (
          select
          from app_public.ledger_corrections as c
          where c.organization_id = t.organization_id
            and c.ledger_transaction_id = t.id
            and c.currency = (reverse_sale.booking).currency
            and c.kinds <@ v_parts
        )
      )
    group by a.kind
  ) as s;
  if v_kinds is null then
    return;
  end if;
  perform app_private.post_to_ledger(
    (reverse_sale.booking).organization_id, (reverse_sale.booking).id,
    (reverse_sale.booking).currency, 'sale_reversal:' || (reverse_sale.booking).id,
    'Cancellation ' || (reverse_sale.booking).booking_reference, v_kinds, v_amounts
  );
end
$$;

comment on function app_private.reverse_sale(app_public.bookings) is
  'Posts the opposite of what is left of a sale, corrected: what it split is owed to the '
  'buyer again.';
