-- Whoever paid all of it has paid too much as soon as something was taken back; whoever still owes
-- a part owes less.
create or replace function app_private.surplus_of(booking app_public.bookings)
returns bigint
language sql volatile security definer set search_path = ''
as $$
  select greatest(
    0,
    coalesce(sum(app_private.left_of_payment(p)), 0)
      - ((surplus_of.booking).total_amount_cents - (surplus_of.booking).refunded_cents)
  )::bigint
  from app_public.payment_intents as p
  where p.organization_id = (surplus_of.booking).organization_id
    and p.booking_id = (surplus_of.booking).id
$$;

comment on function app_private.surplus_of(app_public.bookings) is
  'What was received for a booking, and not taken by its bank, beyond what is left of its total.';
