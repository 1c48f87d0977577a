-- Seats and admissions are booked only if this booking owns them, or, when its time had run out, if
-- they are free. False: somebody else has one of them or it is beyond limits by now,
-- or it was not this money that was asked for, and nothing has changed. Parts of a price come
-- through receive_installment.
create or replace function app_private.confirm_booking(
  booking_id uuid, received_cents bigint default null
)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  select * into strict v_booking
  from app_public.bookings as b where b.id = confirm_booking.booking_id
  for no key update;
  if v_booking.status = 'confirmed' then
    return confirm_booking.received_cents is null;
  end if;
  if v_booking.status not in ('draft', 'pending_payment', 'expired')
    -- Whoever went back to the cart checks out again, and is looked at again, before anything is
    -- paid.
    or (v_booking.status = 'draft' and confirm_booking.received_cents is not null)
    or confirm_booking.received_cents <> v_booking.total_amount_cents
    or (confirm_booking.received_cents is not null and v_booking.payment_plan_id is not null)
  then
    return false;
  end if;
  if v_booking.status = 'expired' or v_booking.expires_at <= now() then
    if not (
      app_private.may_be_paid_late(v_booking) and app_private.book_late(v_booking)
    ) then
      return false;
    end if;
  elsif not app_private.book_everything(v_booking) then
    return false;
  end if;

  -- What is paid in parts is sold with its deposit; the tickets are there with the last one.
  update app_public.bookings as b
  set status = case when b.payment_plan_id is null then 'confirmed' else 'partially_paid' end
      ::app_public.booking_status,
    confirmed_at = now(), expires_at = null
  where b.id = v_booking.id
  returning * into v_booking;
  if v_booking.status = 'confirmed' then
    perform app_private.issue_tickets(v_booking);
  else
    insert into app_private.booking_confirmations (booking_id) values (v_booking.id)
    on conflict do nothing;
  end if;
  perform app_private.post_sale(v_booking);
  return true;
end
$$;

comment on function app_private.confirm_booking(uuid, bigint) is
  'Books seats and admissions, issues the tickets and posts the sale: all of it, or false. '
  'Confirming twice is harmless; paying twice is not confirming.';
grant execute on function app_private.confirm_booking(uuid, bigint) to lml_worker;
