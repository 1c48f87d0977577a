create or replace function app_private.has_more_than_seats(booking app_public.bookings)
returns boolean
language sql volatile security definer set search_path = ''
as $$
  select exists (
    select from app_public.booking_items as i
    where i.organization_id = (has_more_than_seats.booking).organization_id
      and i.booking_id = (has_more_than_seats.booking).id
      and i.item_type in ('admission', 'add_on')
  )
$$;

comment on function app_private.has_more_than_seats(app_public.bookings) is
  'Whether a booking has more than seats.';
