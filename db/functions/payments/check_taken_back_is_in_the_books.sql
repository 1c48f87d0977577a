create or replace function app_private.check_taken_back_is_in_the_books()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'taken_back_is_in_the_books', b.organization_id, b.id,
    format('the books say %s, the booking %s', e.amount, b.refunded_cents)
  from app_public.bookings as b
  cross join lateral (
    select coalesce(-sum(e.amount_cents), 0) as amount
    from app_public.ledger_transactions as t
    join app_public.ledger_entries as e
      on e.organization_id = t.organization_id and e.transaction_id = t.id
    join app_public.ledger_accounts as a
      on a.organization_id = e.organization_id and a.id = e.account_id
    where t.organization_id = b.organization_id
      and t.booking_id = b.id
      and a.kind = 'buyer_clearing'
      and (starts_with(t.source, 'sale_return:') or starts_with(t.source, 'sale_reversal:'))
  ) as e
  where b.refunded_cents > 0 and e.amount <> b.refunded_cents
$$;

comment on function app_private.check_taken_back_is_in_the_books() is
  'A booking of which more was taken back than the books say, or less.';
