create or replace function app_private.tickets_in(booking app_public.bookings)
returns integer
language sql volatile security definer set search_path = ''
as $$
  select coalesce(sum(i.quantity), 0)::integer
  from app_public.booking_items as i
  where i.organization_id = (tickets_in.booking).organization_id
    and i.booking_id = (tickets_in.booking).id
    and i.item_type in ('seat', 'admission')
$$;

comment on function app_private.tickets_in(app_public.bookings) is
  'How many tickets are on the lines of a booking.';
