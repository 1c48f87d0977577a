-- By our own id in the metadata; one that was made at Stripe, and booked here, by Stripe's.
create or replace function app_private.apply_refund(object jsonb)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_text text := apply_refund.object #>> '{metadata,lml_refund_id}';
  v_refund app_public.refunds;
begin
  if pg_input_is_valid(coalesce(v_text, ''), 'uuid') then
    select * into v_refund from app_public.refunds as r where r.id = v_text::uuid;
    if not found then
      return app_private.outcome_without_parent(apply_refund.object, 'lml_refund_id');
    end if;
  else
    -- Whoever books it at this moment has locked its booking.
    perform app_private.lock_payment_of(apply_refund.object);
    select * into v_refund
    from app_public.refunds as r where r.stripe_refund_id = apply_refund.object ->> 'id';
    if not found then
      return app_private.outcome_of_unasked_refund(apply_refund.object);
    end if;
  end if;
  if apply_refund.object ->> 'amount' is distinct from v_refund.amount_cents::text then
    return 'refused: event_amount_differs';
  end if;
  if upper(apply_refund.object ->> 'currency') is distinct from v_refund.currency then
    return 'refused: event_currency_differs';
  end if;
  if apply_refund.object ->> 'id' <> v_refund.stripe_refund_id
    or app_private.stripe_id_in(apply_refund.object, 'payment_intent') <> (
      select p.stripe_payment_intent_id from app_public.payment_intents as p
      where p.organization_id = v_refund.organization_id and p.id = v_refund.payment_intent_id
    )
  then
    return 'refused: event_identity_differs';
  end if;
  if not app_private.belongs_as_it_says(
    apply_refund.object, v_refund.organization_id, v_refund.booking_id
  ) then
    return 'refused: event_metadata_differs';
  end if;
  perform app_private.record_refund(
    v_refund.id, apply_refund.object ->> 'id', apply_refund.object ->> 'status',
    apply_refund.object ->> 'failure_reason'
  );
  -- What came back had left, also when nobody has told, or never will, that it had succeeded.
  if apply_refund.object ->> 'status' = 'failed'
    and apply_refund.object ->> 'failure_balance_transaction' is not null
  then
    perform app_private.record_refund(
      v_refund.id, apply_refund.object ->> 'id', 'succeeded', null
    );
  end if;
  return 'applied';
end
$$;

comment on function app_private.apply_refund(jsonb) is
  'What Stripe says of a refund: applied, ignored when it is not ours, parked when it is not '
  'known, refused when it is not what was asked for.';
