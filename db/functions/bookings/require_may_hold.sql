-- What hold_seats asks in passing, for holds of other kinds.
create or replace function app_private.require_may_hold(
  sale app_private.sale, buyer app_private.buyer, booking app_public.bookings, quantity integer
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_total bigint := require_may_hold.quantity;
begin
  if (require_may_hold.buyer).user_id is null
    and not (require_may_hold.sale).allow_guest_checkout
  then
    raise exception 'This organization sells to people with an account only.'
      using errcode = 'LMGST', hint = 'Sign in first.';
  end if;
  if (require_may_hold.booking).id is not null then
    perform app_private.require_open_draft(require_may_hold.booking);
    if (require_may_hold.booking).performance_id <> (require_may_hold.sale).performance_id then
      raise exception 'The booking is for another performance.'
        using errcode = 'LMBKG', detail = (require_may_hold.booking).performance_id::text,
          hint = 'A booking is for one performance: hold these in a booking of their own.';
    end if;
    v_total := v_total + app_private.tickets_in(require_may_hold.booking);
  end if;
  if require_may_hold.quantity < 1
    or v_total > (require_may_hold.sale).tickets_per_booking_max
  then
    perform app_private.raise_ticket_count(require_may_hold.sale, v_total);
  end if;
end
$$;

comment on function app_private.require_may_hold(
  app_private.sale, app_private.buyer, app_public.bookings, integer
) is
  'Raises LMGST, LMQTY, and for a booking that is there LMEXP, LMBST, LMBKG.';
