create or replace function app_private.owed_of(booking app_public.bookings)
returns bigint
language sql stable security definer set search_path = ''
as $$
  select greatest(
    0,
    (owed_of.booking).total_amount_cents - (owed_of.booking).refunded_cents
      - coalesce(sum(app_private.left_of_payment(p)), 0)
  )::bigint
  from app_public.payment_intents as p
  where p.organization_id = (owed_of.booking).organization_id
    and p.booking_id = (owed_of.booking).id
$$;

comment on function app_private.owed_of(app_public.bookings) is
  'What of the rest of a sale was not received yet: the opposite of surplus_of.';
