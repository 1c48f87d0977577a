create or replace function app_private.record_payment_intent_update(
  payment_intent_id uuid, change_no integer
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_private.end_payment_changes(
    record_payment_intent_update.payment_intent_id, record_payment_intent_update.change_no
  );
  if app_private.has_untold_change(record_payment_intent_update.payment_intent_id) then
    perform app_private.add_stripe_job(
      'payment_intent.update', record_payment_intent_update.payment_intent_id, '0'
    );
  end if;
end
$$;

comment on function app_private.record_payment_intent_update(uuid, integer) is
  'Remembers that Stripe knows an amount, and goes on with the next; recording twice is harmless.';
grant execute on function app_private.record_payment_intent_update(uuid, integer) to lml_worker;
