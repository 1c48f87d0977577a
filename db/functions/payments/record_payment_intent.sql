create or replace function app_private.record_payment_intent(
  payment_intent_id uuid, stripe_id text, client_secret text, stripe_status text
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_intent app_public.payment_intents;
begin
  update app_public.payment_intents as p
  set stripe_payment_intent_id = record_payment_intent.stripe_id,
    stripe_status = coalesce(p.stripe_status, record_payment_intent.stripe_status)
  where p.id = record_payment_intent.payment_intent_id
  returning * into strict v_intent;
  insert into app_private.payment_intent_secrets (
    organization_id, payment_intent_id, client_secret
  )
  values (v_intent.organization_id, v_intent.id, record_payment_intent.client_secret)
  on conflict do nothing;

  -- Stripe was asked for what the price was then.
  if app_private.has_untold_change(v_intent.id) then
    perform app_private.add_stripe_job('payment_intent.update', v_intent.id, '0');
  end if;
  -- The booking may have ended while Stripe was asked. Its intent must not stay payable.
  if v_intent.status = 'canceled' then
    perform app_private.add_job(
      'payment_intent__cancel', jsonb_build_object('payment_intent_id', v_intent.id)
    );
  end if;
end
$$;

comment on function app_private.record_payment_intent(uuid, text, text, text) is
  'Remembers what Stripe made; recording twice is harmless.';
grant execute on function app_private.record_payment_intent(uuid, text, text, text)
  to lml_worker;
