create or replace function app_public.retry_refund(refund_id uuid)
returns app_public.refunds
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_refund app_public.refunds;
  v_next app_public.refunds;
  v_intent app_public.payment_intents;
  v_amount bigint;
begin
  select r.* into v_refund from app_public.refunds as r where r.id = retry_refund.refund_id;
  perform app_private.lock_booking_for_refund(v_refund.booking_id, 'payments.refund');
  select * into strict v_refund
  from app_public.refunds as r where r.id = retry_refund.refund_id
  for no key update;
  select * into v_next
  from app_public.refunds as r
  where r.organization_id = v_refund.organization_id and r.retried_refund_id = v_refund.id;
  if found then
    return v_next;
  end if;
  if v_refund.status not in ('failed', 'canceled') then
    raise exception 'The refund is %.', v_refund.status
      using errcode = 'LMRFD', detail = v_refund.status::text;
  end if;
  select * into strict v_intent
  from app_public.payment_intents as p
  where p.organization_id = v_refund.organization_id and p.id = v_refund.payment_intent_id
  for no key update;
  v_amount := app_private.rest_of_refund(v_refund, v_intent);
  perform app_private.require_undisputed(v_intent, greatest(v_amount, 1));
  perform app_private.queue_refund(
    v_intent, v_amount, v_refund.reason, v_refund.request_id, v_refund
  );
  select * into strict v_next
  from app_public.refunds as r
  where r.organization_id = v_refund.organization_id and r.retried_refund_id = v_refund.id;
  perform app_private.mail_refund(b, 'refund_started', v_next.amount_cents, v_next.reason)
  from app_public.bookings as b where b.id = v_next.booking_id;
  return v_next;
end
$$;

comment on function app_public.retry_refund(uuid) is
  'Sends a failed refund again, as a new one, and returns that; once: again it is the same one. '
  'If a lost dispute left less of the payment, it is that. Needs payments.refund. Raises LMBKG, '
  'LMRGT, LMRFD (it has not failed), LMDSP (the payment is disputed), LMRFX (a lost dispute left '
  'nothing), LMAUT, LMSES.';
grant execute on function app_public.retry_refund(uuid) to lml_user;
