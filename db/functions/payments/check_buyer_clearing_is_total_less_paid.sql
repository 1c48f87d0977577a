create or replace function app_private.check_buyer_clearing_is_total_less_paid()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'buyer_clearing_is_total_less_paid', b.organization_id, b.id,
    format('the books say %s, the booking %s', l.balance, x.expected)
  from app_public.bookings as b
  join lateral (
    select sum(e.amount_cents) as balance,
      coalesce(sum(e.amount_cents) filter (where t.category = 'sale'), 0) as sold,
      coalesce(sum(e.amount_cents) filter (
        where t.category not in ('sale', 'payment', 'refund', 'refund_failure')
      ), 0) as others
    from app_public.ledger_transactions as t
    join app_public.ledger_entries as e
      on e.organization_id = t.organization_id and e.transaction_id = t.id
    join app_public.ledger_accounts as a
      on a.organization_id = e.organization_id and a.id = e.account_id
      and a.kind = 'buyer_clearing'
    where t.organization_id = b.organization_id and t.booking_id = b.id
  ) as l on l.balance is not null
  cross join lateral (
    select case when l.sold <> 0 then b.total_amount_cents else 0 end + l.others
      - coalesce((
        select sum(p.received_cents) from app_public.payment_intents as p
        where p.organization_id = b.organization_id and p.booking_id = b.id
      ), 0)
      + coalesce((
        select sum(r.amount_cents) from app_public.refunds as r
        where r.organization_id = b.organization_id and r.booking_id = b.id
          and r.status = 'succeeded'
      ), 0) as expected
  ) as x
  where l.balance <> x.expected
$$;

comment on function app_private.check_buyer_clearing_is_total_less_paid() is
  'A booking whose balance in the books is not what its buyer owes.';
