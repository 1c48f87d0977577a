-- Only for what passes: Stripe's balance was empty, or a bank did not answer. An hour, six hours, a
-- day, three days, with up to a tenth more, so that many do not come back at the same moment.
-- Anything else, such as a closed account, is for people to look at.
create or replace function app_private.retry_by_itself(refund app_public.refunds)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  c_waits constant interval[] := array['1 hour', '6 hours', '1 day', '3 days'];
  v_wait interval := c_waits[(retry_by_itself.refund).attempt];
begin
  if v_wait is null or (retry_by_itself.refund).status <> 'failed'
    or coalesce((retry_by_itself.refund).failure_reason, '')
      not in ('insufficient_funds', 'processing_error', 'unknown')
  then
    return;
  end if;
  perform app_private.queue_refund(
    p, app_private.rest_of_refund(retry_by_itself.refund, p), (retry_by_itself.refund).reason,
    (retry_by_itself.refund).request_id, retry_by_itself.refund,
    v_wait * (1 + random() / 10)
  )
  from app_public.payment_intents as p
  where p.organization_id = (retry_by_itself.refund).organization_id
    and p.id = (retry_by_itself.refund).payment_intent_id
    -- Not while a bank decides who has the money, nor when it has it.
    and not app_private.has_open_dispute(p)
    and app_private.rest_of_refund(retry_by_itself.refund, p) > 0;
end
$$;

comment on function app_private.retry_by_itself(app_public.refunds) is
  'Queues a failed refund again, later, if that may help.';
