-- The oldest first. What refunds left of a payment is all that a dispute can keep; if a refund
-- fails, it keeps more. The payment is locked.
create or replace function app_private.count_disputes(payment_intent_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_intent app_public.payment_intents;
  v_excess bigint;
begin
  if not exists (
    select from app_public.disputes as d
    where d.payment_intent_id = count_disputes.payment_intent_id
  ) then
    return;
  end if;
  select * into strict v_intent
  from app_public.payment_intents as p where p.id = count_disputes.payment_intent_id
  for no key update;
  with asked as (
    select d.id,
      case when d.status in ('needs_response', 'under_review', 'lost')
        then d.amount_cents else 0 end as amount,
      sum(
        case when d.status in ('needs_response', 'under_review', 'lost')
          then d.amount_cents else 0 end
      ) over (order by d.opened_at, d.stripe_dispute_id) as running
    from app_public.disputes as d
    where d.organization_id = v_intent.organization_id and d.payment_intent_id = v_intent.id
  )
  update app_public.disputes as d
  set counted_cents = greatest(0, least(
    a.amount, v_intent.received_cents - v_intent.refunded_cents - (a.running - a.amount)
  ))::bigint
  from asked as a
  where d.id = a.id
    and d.counted_cents <> greatest(0, least(
      a.amount, v_intent.received_cents - v_intent.refunded_cents - (a.running - a.amount)
    ));
  update app_public.payment_intents as p
  set disputed_cents = (
    select coalesce(sum(d.counted_cents), 0) from app_public.disputes as d
    where d.organization_id = p.organization_id and d.payment_intent_id = p.id
  )
  where p.id = v_intent.id
    and p.disputed_cents <> (
      select coalesce(sum(d.counted_cents), 0) from app_public.disputes as d
      where d.organization_id = p.organization_id and d.payment_intent_id = p.id
    );

  -- A refund that is under way may still fail: then it was not too much.
  select coalesce(sum(d.amount_cents), 0) - v_intent.received_cents + coalesce((
    select sum(r.amount_cents) from app_public.refunds as r
    where r.organization_id = v_intent.organization_id and r.payment_intent_id = v_intent.id
      and r.status = 'succeeded'
  ), 0) into v_excess
  from app_public.disputes as d
  where d.organization_id = v_intent.organization_id and d.payment_intent_id = v_intent.id
    and d.status in ('needs_response', 'under_review', 'lost');
  if v_excess > 0 then
    perform app_private.raise_payment_finding(
      'dispute_exceeds_payment', v_intent.id::text, v_intent.organization_id,
      v_intent.booking_id, jsonb_build_object(
        'excess', v_excess, 'received', v_intent.received_cents,
        'refunded', v_intent.refunded_cents
      )
    );
  end if;
end
$$;

comment on function app_private.count_disputes(uuid) is
  'Shares what refunds left of a payment out to its disputes; what is beyond it is a finding.';
