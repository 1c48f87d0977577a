create or replace function app_private.record_stripe_customer_failure(stripe_customer_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_waiting uuid[] := array(
    select h.booking_id from app_private.payment_choices as h
    where h.stripe_customer_id = record_stripe_customer_failure.stripe_customer_id
  );
begin
  delete from app_private.payment_choices as h
  where h.stripe_customer_id = record_stripe_customer_failure.stripe_customer_id;
  perform app_private.ask_for_payment(p.id)
  from app_public.payment_intents as p
  where p.booking_id = any (v_waiting) and p.status = 'pending';
end
$$;

comment on function app_private.record_stripe_customer_failure(uuid) is
  'Stripe does not want to know somebody: they pay without their card being kept.';
grant execute on function app_private.record_stripe_customer_failure(uuid) to lml_worker;
