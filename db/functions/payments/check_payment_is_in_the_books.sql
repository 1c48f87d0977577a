create or replace function app_private.check_payment_is_in_the_books()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'payment_is_in_the_books', p.organization_id, p.id, 'no ledger transaction payment:ID'
  from app_public.payment_intents as p
  where p.status = 'succeeded'
    and not exists (
      select from app_public.ledger_transactions as t
      where t.organization_id = p.organization_id and t.source = 'payment:' || p.id
    )
$$;

comment on function app_private.check_payment_is_in_the_books() is
  'A payment that was received, and not posted.';
