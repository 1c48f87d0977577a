-- Who is forgotten here leaves nothing but the call itself to say whom Stripe is to forget.
create or replace function app_private.tg_stripe_customers__forget()
returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if old.stripe_id is not null then
    insert into app_private.stripe_calls (
      organization_id, purpose, subject_id, idempotency_key, request_hash, stripe_id
    )
    values (
      old.organization_id, 'stripe_customer.delete', old.id, 'customer_delete:' || old.id,
      encode(
        sha256(convert_to(format('{"customer":%s}', to_json(old.stripe_id)), 'UTF8')), 'hex'
      ),
      old.stripe_id
    );
    perform app_private.add_stripe_job('stripe_customer.delete', old.id, '0');
  end if;
  return null;
end
$$;

comment on function app_private.tg_stripe_customers__forget() is
  'Who is forgotten here is forgotten at Stripe too, with every card.';

create or replace trigger _900_forget
  after delete on app_private.stripe_customers
  for each row execute function app_private.tg_stripe_customers__forget();
