create or replace function app_private.check_open_payment_is_of_the_price()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'open_payment_is_of_the_price', b.organization_id, b.id,
    format('to be paid are %s of %s', p.amount_cents, b.total_amount_cents)
  from app_public.payment_intents as p
  join app_public.bookings as b
    on b.organization_id = p.organization_id and b.id = p.booking_id
  where b.status in ('pending_payment', 'pending_approval')
    and b.payment_plan_id is null
    and p.status not in ('succeeded', 'failed', 'canceled')
    and p.amount_cents <> b.total_amount_cents
$$;

comment on function app_private.check_open_payment_is_of_the_price() is
  'An open payment that asks for another amount than the booking costs.';
