create or replace function app_private.check_sale_is_in_the_books()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'sale_is_in_the_books', b.organization_id, b.id, 'no ledger transaction sale:ID'
  from app_public.bookings as b
  where app_private.is_sold(b.status)
    and b.total_amount_cents > 0
    and not exists (
      select from app_public.ledger_transactions as t
      where t.organization_id = b.organization_id and t.source = 'sale:' || b.id
    )
$$;

comment on function app_private.check_sale_is_in_the_books() is
  'A sale that was not posted.';
