-- The seats and the open attempt at the payment stay as they are: the next checkout looks at the
-- buyer and the limits again, and changes the attempt to the new price. Whoever signed in as a
-- member while they were paying has the member's price from here on.
create or replace function app_public.reopen_checkout(booking_id uuid)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  -- Nobody keeps Stripe busy through us.
  c_changes_max constant integer := 20;
  v_booking app_public.bookings := app_private.lock_booking(
    reopen_checkout.booking_id, 'bookings.manage'
  );
  v_payment app_public.payment_intents;
  v_changes integer;
begin
  if v_booking.status in ('draft', 'pending_payment') and v_booking.expires_at <= now() then
    perform app_private.raise_hold_lapsed(v_booking);
  end if;
  if v_booking.status = 'draft' then
    return app_private.masked_booking(v_booking);
  end if;
  if v_booking.status <> 'pending_payment' then
    perform app_private.raise_booking_status(v_booking);
  end if;
  if v_booking.booking_channel in ('admin', 'phone') or exists (
    select from app_public.booking_state_transitions as t
    where t.organization_id = v_booking.organization_id and t.booking_id = v_booking.id
      and t.from_status in ('fraud_hold', 'pending_approval')
  ) then
    raise exception 'What staff has sold or approved is paid as it is.'
      using errcode = 'LMBST', detail = 'approved', hint = 'Cancel it, and hold seats again.';
  end if;
  select * into v_payment
  from app_public.payment_intents as p
  where p.organization_id = v_booking.organization_id and p.booking_id = v_booking.id
    and p.status in ('pending', 'processing', 'requires_action', 'authorized');
  if v_payment.status in ('processing', 'authorized') then
    raise exception 'The payment is under way.'
      using errcode = 'LMBST', detail = v_payment.status::text;
  end if;
  select count(*) into v_changes
  from app_public.payment_intents as p
  left join app_private.payment_intent_changes as c
    on c.organization_id = p.organization_id and c.payment_intent_id = p.id
  where p.organization_id = v_booking.organization_id and p.booking_id = v_booking.id;
  if v_changes >= c_changes_max then
    raise exception 'The price of this booking has changed too often.'
      using errcode = 'LMBST', detail = 'changes', hint = 'Cancel it, and hold seats again.';
  end if;
  delete from app_public.booking_payment_schedule as s
  where s.organization_id = v_booking.organization_id and s.booking_id = v_booking.id;
  update app_public.bookings as b
  set status = 'draft' where b.id = v_booking.id
  returning * into v_booking;
  return app_private.masked_booking(app_private.reprice_for_member(v_booking));
end
$$;

comment on function app_public.reopen_checkout(uuid) is
  'Back to the cart, as long as nothing is paid: seats, add-ons and codes may be changed as in any '
  'draft, within the same deadline, and prices of the owner''s membership apply where they are '
  'better. The next start_checkout changes the open payment to the new price. Until then nobody '
  'can pay; who does so all the same, in the same moment, has the money back. Raises LMBKG, LMBST '
  '(paid, under way, sold or approved by staff, or too many changes), LMEXP, LMSES, LMCRT.';
grant execute on function app_public.reopen_checkout(uuid) to lml_anonymous, lml_user;
