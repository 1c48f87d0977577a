create or replace function app_private.check_authorized_card_waits_for_an_answer()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'authorized_card_waits_for_an_answer', b.organization_id, b.id,
    format('a card is authorized, and the booking is %s', b.status)
  from app_public.payment_intents as p
  join app_public.bookings as b
    on b.organization_id = p.organization_id and b.id = p.booking_id
  -- As text, since the value is younger than some transactions that make this function.
  where p.status::text = 'authorized'
    and b.status <> case when p.capture_requested_at is null
      then 'pending_approval' else 'pending_payment' end::app_public.booking_status
$$;

comment on function app_private.check_authorized_card_waits_for_an_answer() is
  'An authorized card whose booking waits for no answer.';
