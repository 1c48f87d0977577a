-- The last part reverses what is left of the sale account by account, so that nothing remains of it
-- whatever it was split into.
create or replace function app_private.post_take_back(
  booking app_public.bookings, request app_public.refund_requests
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_sum app_private.refund_part;
  v_total bigint;
begin
  if (post_take_back.booking).refunded_cents = (post_take_back.booking).total_amount_cents then
    perform app_private.reverse_sale(post_take_back.booking);
    return;
  end if;
  select
    null, null, null, coalesce(sum(i.price_cents), 0), coalesce(sum(i.service_fee_cents), 0),
    coalesce(sum(i.processing_fee_cents), 0), coalesce(sum(i.tax_cents), 0),
    coalesce(sum(i.commission_cents), 0)
  into v_sum
  from app_public.refund_items as i
  where i.organization_id = (post_take_back.request).organization_id
    and i.request_id = (post_take_back.request).id;
  v_total := app_private.total_of_part(v_sum);
  perform app_private.post_to_ledger(
    (post_take_back.booking).organization_id, (post_take_back.booking).id,
    (post_take_back.booking).currency, 'sale_return:' || (post_take_back.request).id,
    'Taken back of ' || (post_take_back.booking).booking_reference,
    array[
      'buyer_clearing', 'organizer_payable', 'platform_commission', 'service_fees',
      'processing_fees', 'taxes_payable'
    ]::app_public.ledger_account_kind[],
    array[
      -v_total, v_sum.price_cents - v_sum.commission_cents, v_sum.commission_cents,
      v_sum.service_fee_cents, v_sum.processing_fee_cents, v_sum.tax_cents
    ]
  );
end
$$;

comment on function app_private.post_take_back(app_public.bookings, app_public.refund_requests) is
  'Posts the opposite of the part of a sale that a request takes back.';
