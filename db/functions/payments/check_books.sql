create or replace function app_private.check_books()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable security definer set search_path = ''
as $$
  select * from app_private.check_payment_is_in_the_books()
  union all
  select * from app_private.check_sale_is_in_the_books()
  union all
  select * from app_private.check_refund_is_in_the_books()
  union all
  select * from app_private.check_taken_back_is_in_the_books()
  union all
  select * from app_private.check_ledger_transaction_is_balanced()
  union all
  select * from app_private.check_stripe_balance_is_what_came_and_went()
  union all
  select * from app_private.check_buyer_clearing_is_total_less_paid()
  union all
  select * from app_private.check_promoter_has_the_share_that_was_frozen()
  union all
  select * from app_private.check_money_that_moved_has_its_row()
  union all
  select * from app_private.check_money_that_moved_is_in_the_books()
  union all
  select * from app_private.check_fact_counts_within_its_month()
  union all
  select * from app_private.check_months_follow_each_other()
  union all
  select * from app_private.check_balance_of_a_closed_month_is_its_entries()
  union all
  select * from app_private.check_account_is_on_its_side()
$$;

comment on function app_private.check_books() is
  'What is inconsistent of the books, with themselves or with what they tell of.';
