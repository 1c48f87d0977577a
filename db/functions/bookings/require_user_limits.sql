-- Two checkouts of one buyer are counted one after the other: the lock comes before the count, in a
-- statement of its own.
create or replace function app_private.require_user_limits(
  booking app_public.bookings, event app_public.events
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := require_user_limits.booking;
  v_over record;
begin
  -- Who sells for somebody keeps to that buyer's limits, or says why not.
  if v_booking.booking_channel not in ('admin', 'phone') and app_hidden.has_performance_permission(
    v_booking.organization_id, v_booking.performance_id, 'bookings.manage'
  ) then
    return;
  end if;
  perform pg_advisory_xact_lock(k)
  from (
    select hashtextextended(who, 0) as k
    from unnest(array[
      'limit of ' || v_booking.user_id, 'limit of ' || v_booking.customer_id,
      'limit of ' || v_booking.cart_token_hash::text
    ]) as who
    where who is not null
    order by 1
  ) as keys;

  with bought as (
    select *
    from app_private.tickets_of_buyer(
      require_user_limits.event, v_booking.user_id, v_booking.customer_id,
      v_booking.cart_token_hash, v_booking.id
    )
  )
  select l.name, l.maximum, l.quantity into v_over
  from (
    select c.name, c.max_per_user as maximum, b.quantity
    from bought as b
    join app_private.lines_by_category(v_booking) as c
      on c.ticket_category_id = b.ticket_category_id
    union all
    select 'this event', (require_user_limits.event).tickets_per_user_max, sum(b.quantity)
    from bought as b
  ) as l
  where l.quantity > l.maximum
  limit 1;
  if found then
    raise exception 'One buyer gets at most % tickets of %.', v_over.maximum, v_over.name
      using errcode = 'LMMAX', detail = v_over.maximum::text,
        hint = 'Tickets that you have, or are paying for, count too.';
  end if;
end
$$;

comment on function app_private.require_user_limits(app_public.bookings, app_public.events) is
  'Raises LMMAX when the buyer would have more tickets than one may. Staff may buy more.';
