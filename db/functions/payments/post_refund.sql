create or replace function app_private.post_refund(refund app_public.refunds)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_private.post_to_ledger(
    (post_refund.refund).organization_id, (post_refund.refund).booking_id,
    (post_refund.refund).currency, 'refund:' || (post_refund.refund).id, 'Refund paid out',
    array[
      'buyer_clearing',
      case when (
        select p.method = 'card' from app_public.payment_intents as p
        where p.id = (post_refund.refund).payment_intent_id
      ) then 'stripe_balance' else 'box_office' end
    ]::app_public.ledger_account_kind[],
    array[(post_refund.refund).amount_cents, -(post_refund.refund).amount_cents]
  );
end
$$;

comment on function app_private.post_refund(app_public.refunds) is
  'Posts a refund that has been paid out, once.';
