create or replace function app_private.is_stripe_object_ours(object jsonb)
returns boolean
language sql immutable security definer set search_path = ''
as $$
  select coalesce(
    jsonb_typeof(is_stripe_object_ours.object -> 'metadata') = 'object'
    and is_stripe_object_ours.object -> 'metadata'
      ?| array['lml_payment_intent_id', 'lml_refund_id', 'lml_booking_id', 'lml_organization_id'],
    false
  )
$$;

comment on function app_private.is_stripe_object_ours(jsonb) is
  'Whether an object says that it was made by us.';
