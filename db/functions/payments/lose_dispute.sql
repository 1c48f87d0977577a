-- Each step does what is left of it to do, so that money which is told of later is settled later.
create or replace function app_private.lose_dispute(
  booking app_public.bookings, dispute app_public.disputes
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := lose_dispute.booking;
  v_dispute app_public.disputes := lose_dispute.dispute;
  v_posted bigint;
begin
  if v_dispute.counted_cents > v_dispute.lost_cents then
    v_booking := app_private.take_disputed_back(
      v_booking, v_dispute, v_dispute.counted_cents - v_dispute.lost_cents
    );
  end if;
  v_posted := greatest(
    v_dispute.posted_loss_cents,
    least(v_dispute.counted_cents, v_dispute.withdrawn_cents - v_dispute.reinstated_cents)
  );
  perform app_private.post_to_ledger(
    v_dispute.organization_id, v_dispute.booking_id, v_dispute.currency,
    format('dispute_loss:%s:%s', v_dispute.id, v_posted),
    'Dispute ' || v_dispute.stripe_dispute_id || ' was lost',
    array['buyer_clearing', 'disputes']::app_public.ledger_account_kind[],
    array[v_posted - v_dispute.posted_loss_cents, v_dispute.posted_loss_cents - v_posted]
  );
  -- Who bears Stripe's fees anyway bears it already.
  if app_private.bears_stripe_fees(v_dispute.organization_id, v_dispute.payment_intent_id)
    is not true
  then
    perform app_private.post_to_ledger(
      v_dispute.organization_id, v_dispute.booking_id, v_dispute.currency,
      format('dispute_fee:%s:%s', v_dispute.id, v_dispute.fee_cents),
      'Fee of dispute ' || v_dispute.stripe_dispute_id,
      array['organizer_payable', 'stripe_fees']::app_public.ledger_account_kind[],
      array[
        v_dispute.fee_cents - v_dispute.charged_fee_cents,
        v_dispute.charged_fee_cents - v_dispute.fee_cents
      ]
    );
  end if;
  update app_public.disputes as d
  set lost_cents = greatest(d.lost_cents, d.counted_cents), posted_loss_cents = v_posted,
    charged_fee_cents = d.fee_cents
  where d.id = v_dispute.id
    and (d.lost_cents, d.posted_loss_cents, d.charged_fee_cents)
      is distinct from (greatest(d.lost_cents, d.counted_cents), v_posted, d.fee_cents);
  perform app_private.note_lost_dispute(v_dispute);
  -- The money is back with the buyer.
  if v_booking.status in ('canceled', 'expired') and not exists (
    select from app_public.refunds as r
    where r.organization_id = v_booking.organization_id and r.booking_id = v_booking.id
      and app_private.is_refund_open(r)
  ) then
    update app_public.bookings as b
    set status = 'refunded' where b.id = v_booking.id
    returning * into v_booking;
  end if;
  return v_booking;
end
$$;

comment on function app_private.lose_dispute(app_public.bookings, app_public.disputes) is
  'Takes the sale back that a lost dispute was about, and posts the loss and its fee.';
