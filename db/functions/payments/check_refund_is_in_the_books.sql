create or replace function app_private.check_refund_is_in_the_books()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'refund_is_in_the_books', r.organization_id, r.id, 'no ledger transaction refund:ID'
  from app_public.refunds as r
  where r.status = 'succeeded'
    and not exists (
      select from app_public.ledger_transactions as t
      where t.organization_id = r.organization_id and t.source = 'refund:' || r.id
    )
$$;

comment on function app_private.check_refund_is_in_the_books() is
  'A refund that was paid, and not posted.';
