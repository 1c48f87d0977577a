-- Whichever way a cart becomes an order: terms that change later are for who buys later.
create or replace function app_hidden.tg_bookings__freeze_terms()
returns trigger
language plpgsql security definer
set search_path = '' set plan_cache_mode = force_generic_plan
as $$
begin
  new.cancellation_policy_id := app_private.cancellation_policy_of(
    new.organization_id, new.performance_id
  );
  return new;
end
$$;

comment on function app_hidden.tg_bookings__freeze_terms() is
  'Freezes the terms of cancellation at checkout.';

create or replace trigger _300_freeze_terms
  before update of status on app_public.bookings
  for each row when (
    old.status = 'draft' and new.status not in ('draft', 'canceled', 'expired')
    and new.cancellation_policy_id is null
  )
  execute function app_hidden.tg_bookings__freeze_terms();
