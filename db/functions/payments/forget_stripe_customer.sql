-- Who is forgotten here leaves nothing but the call itself to say whom Stripe is to forget. Where
-- an answer of Stripe was lost that has made them known there, they are looked for by our id, when
-- whatever was under way has arrived and a search can know of it.
create or replace function app_private.forget_stripe_customer(
  organization_id uuid, stripe_customer_id uuid, stripe_id text
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  insert into app_private.stripe_calls as c (
    organization_id, purpose, subject_id, idempotency_key, request_hash, stripe_id
  )
  values (
    forget_stripe_customer.organization_id, 'stripe_customer.delete',
    forget_stripe_customer.stripe_customer_id,
    'customer_delete:' || forget_stripe_customer.stripe_customer_id,
    encode(sha256(convert_to(format(
      '{"customer":%s}', coalesce(to_json(forget_stripe_customer.stripe_id)::text, 'null')
    ), 'UTF8')), 'hex'),
    forget_stripe_customer.stripe_id
  )
  on conflict on constraint stripe_calls_key_is_used_once do update
  set status = 'asked', ended_at = null, stripe_id = excluded.stripe_id,
    request_hash = excluded.request_hash
  where excluded.stripe_id is not null;
  perform app_private.add_stripe_job(
    'stripe_customer.delete', forget_stripe_customer.stripe_customer_id,
    case when forget_stripe_customer.stripe_id is null then interval '10 minutes' else '0' end
  );
end
$$;

comment on function app_private.forget_stripe_customer(uuid, uuid, text) is
  'Has Stripe forget a customer; without Stripe''s id one who may have been made there.';
