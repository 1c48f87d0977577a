create or replace function app_private.post_refund_failure(refund app_public.refunds)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_private.post_to_ledger(
    (post_refund_failure.refund).organization_id, (post_refund_failure.refund).booking_id,
    (post_refund_failure.refund).currency, 'refund_failure:' || (post_refund_failure.refund).id,
    'Refund came back',
    array['stripe_balance', 'buyer_clearing']::app_public.ledger_account_kind[],
    array[(post_refund_failure.refund).amount_cents, -(post_refund_failure.refund).amount_cents]
  );
end
$$;

comment on function app_private.post_refund_failure(app_public.refunds) is
  'Posts the opposite of a refund that came back, once.';
