create or replace function app_private.owed_by_buyer(organization_id uuid, booking_id uuid)
returns bigint
language sql stable security definer set search_path = ''
as $$
  select coalesce(sum(e.amount_cents), 0)::bigint
  from app_public.ledger_transactions as t
  join app_public.ledger_entries as e
    on e.organization_id = t.organization_id and e.transaction_id = t.id
  join app_public.ledger_accounts as a
    on a.organization_id = e.organization_id and a.id = e.account_id
  where t.organization_id = owed_by_buyer.organization_id
    and t.booking_id = owed_by_buyer.booking_id
    and a.kind = 'buyer_clearing'
$$;

comment on function app_private.owed_by_buyer(uuid, uuid) is
  'What was sold by a booking and not paid for yet, by the books; below '
  'zero: what the buyer is owed.';
