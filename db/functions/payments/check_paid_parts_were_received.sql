create or replace function app_private.check_paid_parts_were_received()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'paid_parts_were_received', b.organization_id, b.id,
    format('received %s of %s', coalesce(p.received, 0), s.paid)
  from app_public.bookings as b
  cross join lateral (
    select coalesce(sum(s.amount_cents) filter (where s.status = 'paid'), 0) as paid
    from app_public.booking_payment_schedule as s
    where s.organization_id = b.organization_id and s.booking_id = b.id
  ) as s
  left join lateral (
    select sum(app_private.left_of_payment(p)) as received
    from app_public.payment_intents as p
    where p.organization_id = b.organization_id and p.booking_id = b.id
  ) as p on true
  where b.status = 'partially_paid' and coalesce(p.received, 0) <> s.paid
$$;

comment on function app_private.check_paid_parts_were_received() is
  'A booking in parts whose payments are not the parts that count as paid.';
