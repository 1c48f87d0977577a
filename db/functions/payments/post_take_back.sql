-- The last part reverses what is left of the sale account by account, so that nothing remains of it
-- whatever it was split into. Before that, what is inside the price (the organization's and its
-- promoter's shares, fees that the organization bears, tax that is included) is shared out by what
-- the books have left of each, so that no part takes back more than the sale has given.
create or replace function app_private.post_take_back(
  booking app_public.bookings, request app_public.refund_requests
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := post_take_back.booking;
  v_sum app_private.refund_part;
  v_inside bigint[];
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
  v_inside := app_hidden.distribute(
    v_sum.price_cents - v_sum.commission_cents,
    app_private.left_inside_price(v_booking, v_sum), 1
  );
  perform app_private.post_to_ledger(
    v_booking.organization_id, v_booking.id, v_booking.currency,
    'sale_return:' || (post_take_back.request).id,
    'Taken back of ' || v_booking.booking_reference,
    array[
      'buyer_clearing', 'platform_commission', 'organizer_payable', 'promoter_payable',
      'service_fees', 'processing_fees', 'taxes_payable'
    ]::app_public.ledger_account_kind[],
    array[
      -app_private.total_of_part(v_sum), v_sum.commission_cents, v_inside[1], v_inside[2],
      v_sum.service_fee_cents + v_inside[3], v_sum.processing_fee_cents + v_inside[4],
      v_sum.tax_cents + v_inside[5]
    ]
  );
end
$$;

comment on function app_private.post_take_back(app_public.bookings, app_public.refund_requests) is
  'Posts the opposite of the part of a sale that a request takes back.';
