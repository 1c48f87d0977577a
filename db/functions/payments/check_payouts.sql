create or replace function app_private.check_payouts()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable security definer set search_path = ''
as $$
  select * from app_private.check_payout_is_its_items()
  union all
  select * from app_private.check_payout_is_in_the_books()
  union all
  select * from app_private.check_payout_reversals_are_what_it_says()
  union all
  select * from app_private.check_payout_can_be_transferred()
$$;

comment on function app_private.check_payouts() is
  'What is inconsistent of payouts.';
