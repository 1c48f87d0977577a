-- The last part reverses what is left of the sale account by account, so that nothing remains of it
-- whatever it was split into.
create or replace function app_private.post_take_back(
  booking app_public.bookings, request app_public.refund_requests
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := post_take_back.booking;
  v_sum app_private.refund_part;
  v_kinds app_public.ledger_account_kind[];
  v_amounts bigint[];
begin
  if v_booking.refunded_cents = v_booking.total_amount_cents then
    perform app_private.reverse_sale(v_booking);
    return;
  end if;
  select
    null, null, null, coalesce(sum(i.price_cents), 0), coalesce(sum(i.service_fee_cents), 0),
    coalesce(sum(i.processing_fee_cents), 0), coalesce(sum(i.tax_cents), 0),
    coalesce(sum(i.commission_cents), 0)
  into v_sum
  from app_public.refund_items as i
  where i.organization_id = v_booking.organization_id
    and i.request_id = (post_take_back.request).id;
  select array_agg(s.kind), array_agg(s.amount_cents) into v_kinds, v_amounts
  from app_private.shares_of_return(v_booking, v_sum) as s;
  perform app_private.post_to_ledger(
    v_booking.organization_id, v_booking.id, v_booking.currency,
    'sale_return:' || (post_take_back.request).id,
    'Taken back of ' || v_booking.booking_reference,
    'buyer_clearing'::app_public.ledger_account_kind || v_kinds,
    -app_private.total_of_part(v_sum) || v_amounts
  );
end
$$;

comment on function app_private.post_take_back(app_public.bookings, app_public.refund_requests) is
  'Posts the opposite of the part of a sale that a request takes back.';
