-- No more than the buyer now lacks to have paid what is left of the sale: of a sale that was taken
-- back before, or never made, nothing is left.
create or replace function app_private.take_disputed_back(
  booking app_public.bookings, dispute app_public.disputes, amount_cents bigint
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := take_disputed_back.booking;
  v_left bigint := v_booking.total_amount_cents - v_booking.refunded_cents;
  v_paid bigint;
  v_amount bigint;
  v_is_whole boolean;
  v_parts app_private.refund_part[];
  v_request app_public.refund_requests;
begin
  if v_booking.confirmed_at is null or v_left = 0 then
    return v_booking;
  end if;
  select coalesce(sum(
    case when p.method = 'invoice' and p.status = 'pending' then p.amount_cents
      else app_private.left_of_payment(p) end
  ), 0) into v_paid
  from app_public.payment_intents as p
  where p.organization_id = v_booking.organization_id and p.booking_id = v_booking.id;
  v_amount := least(take_disputed_back.amount_cents, v_left, greatest(0, v_left - v_paid));
  if v_amount = 0 then
    return v_booking;
  end if;
  -- What is only paid for in part is not sold without that part. What was kept of a sale that has
  -- ended needs no other part.
  v_is_whole := v_amount = v_left or v_booking.status = 'disputed' and exists (
    select from app_public.booking_payment_schedule as s
    where s.organization_id = v_booking.organization_id and s.booking_id = v_booking.id
      and s.status <> 'paid'
  );
  v_parts := array(
    select p from app_private.parts_of_everything(v_booking) as p where v_is_whole
    union all
    select p from app_private.parts_of_amount(v_booking, v_amount) as p where not v_is_whole
  );
  if v_is_whole and v_booking.status = 'disputed' then
    v_booking := app_private.end_disputed(v_booking);
  end if;
  v_request.organization_id := v_booking.organization_id;
  v_request.booking_id := v_booking.id;
  v_request.currency := v_booking.currency;
  v_request.kind := case when v_is_whole then 'full' else 'partial' end;
  v_request.status := 'approved';
  v_request.reason := 'dispute';
  v_request.note := 'Dispute ' || (take_disputed_back.dispute).stripe_dispute_id || ' was lost.';
  v_request.amount_cents := (
    select coalesce(sum(app_private.total_of_part(p)), 0) from unnest(v_parts) as p
  );
  return app_private.take_back(
    v_booking, app_private.store_refund_request(v_request), v_parts
  );
end
$$;

comment on function app_private.take_disputed_back(
  app_public.bookings, app_public.disputes, bigint
) is 'Takes back of a sale what a lost dispute has taken of its money.';
