create or replace function app_private.check_disputes()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable security definer set search_path = ''
as $$
  select * from app_private.check_disputed_is_sum_of_disputes()
  union all
  select * from app_private.check_dispute_is_in_the_books()
  union all
  select * from app_private.check_dispute_is_settled()
  union all
  select * from app_private.check_disputed_booking_has_an_open_dispute()
$$;

comment on function app_private.check_disputes() is
  'What is inconsistent of disputes.';
