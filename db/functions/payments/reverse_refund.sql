-- What had been paid out came back from the bank: it is owed to the buyer again.
create or replace function app_private.reverse_refund(refund app_public.refunds)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_refund app_public.refunds := reverse_refund.refund;
begin
  perform app_private.post_to_ledger(
    v_refund.organization_id, v_refund.booking_id, v_refund.currency,
    'refund_reversal:' || v_refund.id, 'Refund came back',
    array['stripe_balance', 'buyer_clearing']::app_public.ledger_account_kind[],
    array[v_refund.amount_cents, -v_refund.amount_cents]
  );
  update app_public.bookings as b
  set status = (
    select t.from_status
    from app_public.booking_state_transitions as t
    where t.organization_id = b.organization_id and t.booking_id = b.id
      and t.to_status = 'refunded'
    order by t.created_at desc, t.id desc
    limit 1
  )
  where b.id = v_refund.booking_id and b.status = 'refunded';
end
$$;

comment on function app_private.reverse_refund(app_public.refunds) is
  'Takes back in the books what settle_refund posted, and lets its booking wait for its money.';
