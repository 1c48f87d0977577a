-- At checkout and not at the hold, which is to be fast: a cart beyond the limits lets nobody in.
create or replace function app_private.require_buyer_limits(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := require_buyer_limits.booking;
  v_event app_public.events;
  v_found record;
  v_line record;
  v_is_limited boolean;
begin
  select e as event, p.pass_name is not null as is_pass into strict v_found
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  where p.organization_id = v_booking.organization_id and p.id = v_booking.performance_id;
  v_event := v_found.event;
  v_is_limited := v_event.tickets_per_user_max is not null;
  if v_event.visibility = 'private'
    and v_event.id not in (select app_hidden.opened_event_ids())
    and not app_hidden.has_performance_permission(
      v_booking.organization_id, v_booking.performance_id, 'events.read'
    )
  then
    raise exception 'There is no such event, or it is not for you.'
      using errcode = 'LMNFD', hint = 'Send the access code as X-Event-Key.';
  end if;

  if v_found.is_pass and app_private.has_lost_date(v_booking) then
    raise exception 'A date of this pass was canceled since it was chosen.'
      using errcode = 'LMEVT', detail = v_booking.performance_id::text, hint = 'Choose again.';
  end if;

  for v_line in select * from app_private.lines_by_category(v_booking) loop
    -- What is sold out is sold to who holds it. A pause is meant for everybody: it may be the price
    -- that is wrong, or the room that is smaller than was thought.
    if v_line.status in ('paused', 'canceled') then
      raise exception '"%" is not on sale.', v_line.name
        using errcode = 'LMSAL', detail = v_line.status::text, hint = 'Choose another category.';
    end if;
    perform app_private.require_sales_window(v_line.name, v_line.sales_start, v_line.sales_end);
    if v_line.quantity not between v_line.min_per_transaction
      and coalesce(v_line.max_per_transaction, v_line.quantity)
    then
      raise exception 'Of "%", a booking has % to % tickets.',
          v_line.name, v_line.min_per_transaction,
          coalesce(v_line.max_per_transaction::text, 'any number of')
        using errcode = 'LMQTY', detail = v_line.ticket_category_id::text;
    end if;
    v_is_limited := v_is_limited or v_line.max_per_user is not null;
  end loop;
  if v_is_limited then
    perform app_private.require_user_limits(v_booking, v_event);
  end if;
  perform app_private.require_add_ons(v_booking);
end
$$;

comment on function app_private.require_buyer_limits(app_public.bookings) is
  'What event, categories and add-ons ask of a booking at its checkout. '
  'Raises LMNFD (private), LMEVT (a pass has lost a date), LMSAL, LMQTY, LMMAX, '
  'LMCON (no address to mail to).';
