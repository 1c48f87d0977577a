create or replace function app_private.capture_payment(booking app_public.bookings)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
begin
  update app_public.payment_intents as p
  set capture_requested_at = now()
  where p.organization_id = (capture_payment.booking).organization_id
    and p.booking_id = (capture_payment.booking).id
    and p.status = 'authorized'
    and p.amount_cents = (capture_payment.booking).total_amount_cents
  returning p.id into v_id;
  if not found then
    return false;
  end if;
  perform app_private.add_stripe_job('payment_intent.capture', v_id, '0');
  return true;
end
$$;

comment on function app_private.capture_payment(app_public.bookings) is
  'Has the worker charge the card that was authorized for a locked booking; false: there is none.';
