create or replace function app_private.check_payments()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable security definer set search_path = ''
as $$
  select * from app_private.check_confirmed_booking_is_paid()
  union all
  select * from app_private.check_paid_parts_were_received()
  union all
  select * from app_private.check_refunded_is_sum_of_refunds()
  union all
  select * from app_private.check_open_payment_is_of_the_price()
  union all
  select * from app_private.check_authorized_card_waits_for_an_answer()
  union all
  select * from app_private.check_unwanted_money_is_on_its_way_back()
  union all
  select * from app_private.check_kept_was_paid()
  union all
  select * from app_private.check_taken_back_is_sum_of_items()
  union all
  select * from app_private.check_line_gives_back_what_it_has()
$$;

comment on function app_private.check_payments() is
  'What is inconsistent of payments and of what goes back.';
