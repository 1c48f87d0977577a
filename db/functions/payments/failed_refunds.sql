create or replace function app_public.failed_refunds(organization_id uuid)
returns setof app_public.refunds
language sql stable security definer set search_path = ''
as $$
  select r.*
  from app_public.refunds as r
  where r.organization_id = failed_refunds.organization_id
    and app_hidden.has_permission(r.organization_id, 'payments.read')
    and r.status in ('failed', 'canceled')
    and app_private.is_refund_open(r)
  order by r.id
$$;

comment on function app_public.failed_refunds(uuid) is
  'Refunds that failed and are not tried again by themselves: for somebody to look at, and to send '
  'again with retry_refund, or to settle otherwise. For members with payments.read.';
grant execute on function app_public.failed_refunds(uuid) to lml_user;
