create or replace function app_private.settle_refund(refund app_public.refunds)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_private.post_refund(settle_refund.refund);
  update app_public.bookings as b
  set status = 'refunded'
  where b.id = (settle_refund.refund).booking_id and b.status in ('expired', 'canceled')
    -- It may be returned by several payments.
    and not exists (
      select from app_public.refunds as r
      where r.organization_id = b.organization_id and r.booking_id = b.id
        and app_private.is_refund_open(r)
    );
end
$$;

comment on function app_private.settle_refund(app_public.refunds) is
  'Posts a refund that has been paid out and closes its booking.';
