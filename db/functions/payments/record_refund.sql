-- From Stripe's answer and from its events alike, in any order: a refund that has ended stays so,
-- except that a bank may send back what had succeeded. Where that was told first, the books have
-- both all the same, as Stripe has.
create or replace function app_private.record_refund(
  refund_id uuid, stripe_refund_id text, stripe_status text, failure_reason text
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_before app_public.refund_status;
  v_refund app_public.refunds;
begin
  perform from app_public.refunds as r
  join app_public.bookings as b
    on b.organization_id = r.organization_id and b.id = r.booking_id
  where r.id = record_refund.refund_id
  for no key update of b;
  select * into strict v_refund
  from app_public.refunds as r where r.id = record_refund.refund_id
  for no key update;
  v_before := v_refund.status;
  if v_before = 'failed' and record_refund.stripe_status = 'succeeded' then
    perform app_private.post_refund(v_refund);
    perform app_private.post_refund_failure(v_refund);
  end if;
  if v_before in ('failed', 'canceled')
    or (v_before = 'succeeded' and record_refund.stripe_status is distinct from 'failed')
  then
    return;
  end if;

  update app_public.refunds as r
  set stripe_refund_id = coalesce(record_refund.stripe_refund_id, r.stripe_refund_id),
    stripe_status = record_refund.stripe_status,
    status = case record_refund.stripe_status
      when 'succeeded' then 'succeeded'
      when 'failed' then 'failed'
      when 'canceled' then 'canceled'
      else 'processing'
    end::app_public.refund_status,
    failure_reason = record_refund.failure_reason,
    succeeded_at = case when record_refund.stripe_status = 'succeeded' then now() end,
    failed_at = case when record_refund.stripe_status in ('failed', 'canceled') then now() end
  where r.id = v_refund.id
  returning * into v_refund;

  if v_refund.status = 'succeeded' then
    perform app_private.settle_refund(v_refund);
    perform app_private.count_disputes(v_refund.payment_intent_id);
  elsif v_refund.status in ('failed', 'canceled') then
    if v_before = 'succeeded' then
      perform app_private.unsettle_refund(v_refund);
    end if;
    update app_public.payment_intents as p
    set refunded_cents = p.refunded_cents - v_refund.amount_cents
    where p.id = v_refund.payment_intent_id;
    perform app_private.raise_payment_finding(
      'refund_' || v_refund.status, v_refund.id::text, v_refund.organization_id,
      v_refund.booking_id, jsonb_build_object('amount', v_refund.amount_cents)
    );
    -- A bank that was faster takes what did not go back.
    perform app_private.count_disputes(v_refund.payment_intent_id);
    perform app_private.settle_disputes_of(v_refund.booking_id);
    perform app_private.retry_by_itself(v_refund);
    -- What was ours to pay, or passes, is no business of the buyer's.
    perform app_private.mail_refund(
      b, 'refund_failed', v_refund.amount_cents, v_refund.reason
    )
    from app_public.bookings as b
    where b.id = v_refund.booking_id
      and coalesce(v_refund.failure_reason, '') not in ('insufficient_funds', 'processing_error')
      and v_refund.status = 'failed'
      and app_private.is_refund_open(v_refund);
  end if;
end
$$;

comment on function app_private.record_refund(uuid, text, text, text) is
  'Remembers what Stripe says of a refund; repeating it is harmless.';
grant execute on function app_private.record_refund(uuid, text, text, text) to lml_worker;
