create or replace function app_private.queue_refund(
  intent app_public.payment_intents, amount_cents bigint, reason app_public.refund_reason,
  request_id uuid default null, failed app_public.refunds default null,
  wait interval default '0'
)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
begin
  -- The check on refunded_cents is what keeps refunds, and what disputes have taken, within the
  -- payment, under any concurrency.
  update app_public.payment_intents as p
  set refunded_cents = p.refunded_cents + queue_refund.amount_cents
  where p.id = (queue_refund.intent).id;

  insert into app_public.refunds (
    organization_id, booking_id, payment_intent_id, reason, amount_cents, currency, requested_by,
    request_id, attempt, retried_refund_id, not_before
  )
  values (
    (queue_refund.intent).organization_id, (queue_refund.intent).booking_id,
    (queue_refund.intent).id, queue_refund.reason, queue_refund.amount_cents,
    (queue_refund.intent).currency, app_hidden.current_user_id(), queue_refund.request_id,
    coalesce((queue_refund.failed).attempt, 0) + 1, (queue_refund.failed).id,
    now() + queue_refund.wait
  )
  returning id into v_id;
  perform graphile_worker.add_job(
    'refund__create', json_build_object('refund_id', v_id), run_at => now() + queue_refund.wait
  );
  return v_id;
end
$$;

comment on function app_private.queue_refund(
  app_public.payment_intents, bigint, app_public.refund_reason, uuid, app_public.refunds, interval
) is 'Writes a refund down, and has the worker ask Stripe for it.';
