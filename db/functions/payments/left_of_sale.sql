-- A correction that moved money between the parts of the sale counts: else the account that it was
-- moved to would keep what was never earned.
create or replace function app_private.left_of_sale(booking app_public.bookings)
returns table (kind app_public.ledger_account_kind, amount_cents bigint)
language sql stable security definer set search_path = ''
as $$
  select a.kind, sum(e.amount_cents)::bigint
  from app_public.ledger_transactions as t
  join app_public.ledger_entries as e
    on e.organization_id = t.organization_id and e.transaction_id = t.id
  join app_public.ledger_accounts as a
    on a.organization_id = e.organization_id and a.id = e.account_id
  where t.organization_id = (left_of_sale.booking).organization_id
    and t.booking_id = (left_of_sale.booking).id
    and (
      t.source = 'sale:' || (left_of_sale.booking).id
      or t.source = 'sale_reversal:' || (left_of_sale.booking).id
      or starts_with(t.source, 'sale_return:')
      or exists (
        select
        from app_public.ledger_corrections as c
        where c.organization_id = t.organization_id
          and c.ledger_transaction_id = t.id
          and c.currency = (left_of_sale.booking).currency
          and c.kinds <@ array[
            'organizer_payable', 'promoter_payable', 'platform_commission', 'service_fees',
            'processing_fees', 'taxes_payable'
          ]::app_public.ledger_account_kind[]
      )
    )
  group by a.kind
$$;

comment on function app_private.left_of_sale(app_public.bookings) is
  'What the books have of a sale on each account, corrected, less what was taken back of it.';
