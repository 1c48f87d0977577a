-- The money is with us again, and the buyer is owed it as before. What was taken back stays so.
create or replace function app_private.unsettle_refund(refund app_public.refunds)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_private.post_refund_failure(unsettle_refund.refund);
  update app_public.bookings as b
  set status = case when b.canceled_at is not null then 'canceled' else 'expired' end
    ::app_public.booking_status
  where b.id = (unsettle_refund.refund).booking_id and b.status = 'refunded';
end
$$;

comment on function app_private.unsettle_refund(app_public.refunds) is
  'Posts the opposite of a refund that failed after it had succeeded, and opens its booking again.';
