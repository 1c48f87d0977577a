-- The booking is locked first, so that what is given out is not refunded at the same moment.
create or replace function app_public.mark_add_on_delivered(booking_item_id uuid)
returns app_public.add_on_deliveries
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_item app_public.booking_items;
  v_booking app_public.bookings;
  v_delivery app_public.add_on_deliveries;
begin
  select * into v_item
  from app_public.booking_items as i
  where i.id = mark_add_on_delivered.booking_item_id and i.add_on_id is not null;
  select * into v_booking
  from app_public.bookings as b
  where b.organization_id = v_item.organization_id and b.id = v_item.booking_id;
  perform app_hidden.require_performance_permission(
    v_booking.organization_id, v_booking.performance_id, 'tickets.scan'
  );
  select * into strict v_booking
  from app_public.bookings as b where b.id = v_booking.id
  for no key update;
  select * into strict v_item from app_public.booking_items as i where i.id = v_item.id;
  if v_booking.status not in ('confirmed', 'completed')
    or v_item.returned_quantity = v_item.quantity
  then
    perform app_private.raise_booking_status(v_booking);
  end if;
  insert into app_public.add_on_deliveries (
    booking_item_id, organization_id, performance_id, delivered_by
  )
  values (
    v_item.id, v_booking.organization_id, v_booking.performance_id, app_hidden.current_user_id()
  )
  on conflict on constraint add_on_deliveries_pkey do nothing
  returning * into v_delivery;
  if v_delivery.booking_item_id is null then
    raise exception 'The buyer has got it already.'
      using errcode = 'LMTUS', detail = v_item.id::text, hint = 'Look at who handed it out.';
  end if;
  return v_delivery;
end
$$;

comment on function app_public.mark_add_on_delivered(uuid) is
  'Notes that a buyer has got an add-on, once. Needs tickets.scan. '
  'Raises LMTUS (they have got it already), LMBST (it is not paid for, or came back), '
  'LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.mark_add_on_delivered(uuid) to lml_user;
