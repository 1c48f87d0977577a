-- Events come in any order and any number. What is told of the state is the newest, by how far on
-- the dispute was; each balance transaction that the object names is posted once; and what follows
-- for booking, tickets and refunds is derived from all of it, so that no order matters.
create or replace function app_private.apply_dispute(object jsonb, event jsonb)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_object jsonb := apply_dispute.object;
  v_intent app_public.payment_intents;
  v_refusal text;
  v_before app_public.dispute_status;
  v_dispute app_public.disputes;
begin
  -- Whoever moves or completes a performance locks it before its bookings, and unblock_booking asks
  -- for it with the booking in hand.
  perform from app_public.bookings as b
  join app_public.performances as p
    on p.organization_id = b.organization_id and p.id = b.performance_id
  where b.id = (app_private.payment_of_stripe_object(v_object)).booking_id
  for share of p;
  v_intent := app_private.lock_payment_of(v_object);
  -- A dispute may be told before the payment is.
  if v_intent.id is null or v_intent.status <> 'succeeded' then
    return 'parked: ' || coalesce(
      v_object #>> '{payment_intent,id}', v_object ->> 'payment_intent', v_object ->> 'charge', ''
    );
  end if;
  v_refusal := app_private.dispute_refusal(v_object, v_intent);
  if v_refusal is not null then
    return v_refusal;
  end if;
  select d.status into v_before
  from app_public.disputes as d
  where d.organization_id = v_intent.organization_id
    and d.stripe_dispute_id = v_object ->> 'id';
  v_dispute := app_private.store_dispute(v_intent, v_object, apply_dispute.event);
  v_dispute := app_private.post_dispute_movements(v_dispute, v_object);
  perform app_private.count_disputes(v_intent.id);
  perform app_private.settle_disputes_of(v_intent.booking_id);
  if v_dispute.status in ('warning_needs_response', 'needs_response')
    and v_dispute.status is distinct from v_before
  then
    perform app_private.mail_dispute(v_dispute, 'dispute_opened');
  end if;
  -- A bank decides once.
  if v_dispute.status in ('won', 'lost') and v_object ->> 'status' in ('won', 'lost')
    and v_dispute.status::text <> v_object ->> 'status'
  then
    return 'refused: dispute_outcome_differs';
  end if;
  return 'applied';
end
$$;

comment on function app_private.apply_dispute(jsonb, jsonb) is
  'What Stripe says of a dispute: applied, parked while its payment is not known or not received, '
  'refused when it contradicts what is known.';
