create or replace function app_public.release_admissions(
  booking_id uuid, ticket_category_id uuid, quantity integer
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    release_admissions.booking_id, 'bookings.manage'
  );
  v_sale app_private.sale;
  v_left integer := release_admissions.quantity;
  v_item app_public.booking_items;
  v_is_allocated boolean;
begin
  perform app_private.require_open_draft(v_booking);
  v_sale := app_private.open_sale(v_booking.performance_id);
  if v_left is null or v_left < 1 then
    raise exception 'At least one admission is let go.'
      using errcode = 'LMQTY', detail = coalesce(v_left, 0)::text;
  end if;
  for v_item in
    select * from app_public.booking_items as i
    where i.organization_id = v_booking.organization_id
      and i.booking_id = v_booking.id
      and i.item_type = 'admission'
      and i.ticket_category_id = release_admissions.ticket_category_id
    order by i.id desc
  loop
    exit when v_left = 0;
    perform app_private.reprice_line(
      v_item, v_sale, greatest(0, v_item.quantity - v_left), v_item.seat_nos
    );
    v_left := v_left - least(v_left, v_item.quantity);
  end loop;
  if v_left > 0 then
    raise exception 'The booking has fewer admissions of this category.'
      using errcode = 'LMQTY', detail = (release_admissions.quantity - v_left)::text;
  end if;
  v_is_allocated := app_private.lock_allocations_of(v_booking);
  if v_is_allocated then
    perform app_private.lock_allocated_pools(v_booking);
  end if;
  perform app_private.free_admissions(
    v_booking, release_admissions.ticket_category_id, release_admissions.quantity
  );
  if v_is_allocated then
    perform app_private.return_places(
      v_booking, release_admissions.ticket_category_id, release_admissions.quantity
    );
  end if;
  return app_private.masked_booking(app_private.store_booking_totals(v_booking.id));
end
$$;

comment on function app_public.release_admissions(uuid, uuid, integer) is
  'Lets admissions of a draft go, the last ones first; the rest and their prices stay. '
  'Raises LMQTY (it has fewer), LMBKG, LMBST, LMEXP, LMSAL, LMEVT, LMSES, LMCRT.';
grant execute on function app_public.release_admissions(uuid, uuid, integer)
  to lml_anonymous, lml_user;
