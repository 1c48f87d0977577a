create or replace function app_private.is_refund_open(refund app_public.refunds)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select (is_refund_open.refund).status in ('pending', 'processing')
    or (
      (is_refund_open.refund).status in ('failed', 'canceled')
      and not exists (
        select from app_public.refunds as later
        where later.organization_id = (is_refund_open.refund).organization_id
          and later.retried_refund_id = (is_refund_open.refund).id
      )
      -- What a dispute was lost about is with the buyer already.
      and not exists (
        select from app_public.payment_intents as p
        where p.organization_id = (is_refund_open.refund).organization_id
          and p.id = (is_refund_open.refund).payment_intent_id
          and p.received_cents - p.refunded_cents <= (
            select sum(d.counted_cents) from app_public.disputes as d
            where d.organization_id = p.organization_id and d.payment_intent_id = p.id
              and d.status = 'lost'
          )
      )
    )
$$;

comment on function app_private.is_refund_open(app_public.refunds) is
  'Whether its money is still to arrive: it is under way, or it failed and nobody tried it again.';
