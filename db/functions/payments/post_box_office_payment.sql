create or replace function app_private.post_box_office_payment(
  intent app_public.payment_intents
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_private.post_to_ledger(
    (post_box_office_payment.intent).organization_id,
    (post_box_office_payment.intent).booking_id, (post_box_office_payment.intent).currency,
    'payment:' || (post_box_office_payment.intent).id, 'Payment taken at the box office',
    array['box_office', 'buyer_clearing']::app_public.ledger_account_kind[],
    array[
      (post_box_office_payment.intent).amount_cents,
      -(post_box_office_payment.intent).amount_cents
    ]
  );
end
$$;

comment on function app_private.post_box_office_payment(app_public.payment_intents) is
  'Posts money that the organization has taken itself.';
