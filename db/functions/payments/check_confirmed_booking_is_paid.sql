create or replace function app_private.check_confirmed_booking_is_paid()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'confirmed_booking_is_paid', b.organization_id, b.id,
    format(
      'received %s of %s, of which %s were taken back', coalesce(p.received, 0),
      b.total_amount_cents - i.open, b.refunded_cents
    )
  from app_public.bookings as b
  left join lateral (
    select sum(app_private.left_of_payment(p)) as received
    from app_public.payment_intents as p
    where p.organization_id = b.organization_id and p.booking_id = b.id
  ) as p on true
  cross join lateral (
    select coalesce(sum(i.amount_cents), 0) as open
    from app_public.payment_intents as i
    where i.organization_id = b.organization_id and i.booking_id = b.id
      and i.method = 'invoice' and i.status = 'pending'
  ) as i
  where b.status in ('confirmed', 'completed')
    and coalesce(p.received, 0) <> b.total_amount_cents - b.refunded_cents - i.open
$$;

comment on function app_private.check_confirmed_booking_is_paid() is
  'A confirmed booking whose payments are not its price.';
