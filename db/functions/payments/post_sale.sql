create or replace function app_private.post_sale(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  c_kinds constant app_public.ledger_account_kind[] := array[
    'buyer_clearing', 'organizer_payable', 'promoter_payable', 'platform_commission',
    'service_fees', 'processing_fees', 'taxes_payable'
  ];
  v_share_cents bigint := app_private.freeze_promoter_share(post_sale.booking);
begin
  perform app_private.post_to_ledger(
    (post_sale.booking).organization_id, (post_sale.booking).id, (post_sale.booking).currency,
    'sale:' || (post_sale.booking).id, 'Sale ' || (post_sale.booking).booking_reference,
    c_kinds,
    array[
      (post_sale.booking).total_amount_cents, v_share_cents - (post_sale.booking).payout_cents,
      -v_share_cents, -(post_sale.booking).commission_amount_cents,
      -(post_sale.booking).service_fee_cents - (post_sale.booking).service_fee_absorbed_cents,
      -(post_sale.booking).processing_fee_cents
        - (post_sale.booking).processing_fee_absorbed_cents,
      -(post_sale.booking).tax_cents - (post_sale.booking).tax_included_cents
    ]
  );
end
$$;

comment on function app_private.post_sale(app_public.bookings) is
  'Splits what a buyer paid between the organization, its promoter, the '
  'platform and the tax office.';
