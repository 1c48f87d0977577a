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
    )
$$;

comment on function app_private.is_refund_open(app_public.refunds) is
  'Whether its money is still to arrive: it is under way, or it failed and nobody tried it again.';
