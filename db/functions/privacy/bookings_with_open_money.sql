create or replace function app_private.bookings_with_open_money(booking_ids uuid[])
returns uuid[]
language sql stable security definer set search_path = ''
as $$
  select array(
    select b.id
    from app_public.bookings as b
    where b.id = any (bookings_with_open_money.booking_ids) and app_private.has_open_money(b)
    order by b.id
  )
$$;

comment on function app_private.bookings_with_open_money(uuid[]) is
  'Those that wait for money or for its return.';
