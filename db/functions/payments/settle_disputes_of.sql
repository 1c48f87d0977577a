-- What disputes mean for a booking, derived from where they stand: called with every news of them,
-- and when a refund fails, it changes what is not so yet. The booking is locked.
create or replace function app_private.settle_disputes_of(booking_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
  v_dispute app_public.disputes;
begin
  select * into strict v_booking
  from app_public.bookings as b where b.id = settle_disputes_of.booking_id
  for no key update;
  if not exists (
    select from app_public.disputes as d
    where d.organization_id = v_booking.organization_id and d.booking_id = v_booking.id
  ) then
    return;
  end if;
  if v_booking.status in ('confirmed', 'partially_paid', 'completed') and exists (
    select from app_public.disputes as d
    where d.organization_id = v_booking.organization_id and d.booking_id = v_booking.id
      and (d.status in ('needs_response', 'under_review') or d.counted_cents > d.lost_cents)
  ) then
    v_booking := app_private.block_booking(v_booking);
  end if;
  if v_booking.status = 'disputed' then
    perform app_private.issue_disputed_tickets(v_booking);
  end if;
  for v_dispute in
    select * from app_public.disputes as d
    where d.organization_id = v_booking.organization_id and d.booking_id = v_booking.id
      and d.status = 'lost'
    order by d.opened_at, d.stripe_dispute_id
    for no key update
  loop
    v_booking := app_private.lose_dispute(v_booking, v_dispute);
  end loop;
  if v_booking.status = 'disputed' and not exists (
    select from app_public.disputes as d
    where d.organization_id = v_booking.organization_id and d.booking_id = v_booking.id
      and d.status in ('needs_response', 'under_review')
  ) then
    perform app_private.unblock_booking(v_booking);
  elsif v_booking.status in ('canceled', 'refunded') then
    -- What a bank has given back of a sale that has ended meanwhile is the buyer's.
    perform app_private.refund_booking(
      v_booking, 'dispute', app_private.surplus_of(v_booking), null
    );
  end if;
end
$$;

comment on function app_private.settle_disputes_of(uuid) is
  'Makes a booking, its tickets and its money what its disputes say.';
