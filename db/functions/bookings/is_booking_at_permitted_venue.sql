-- For rows that know their booking, and not its performance. A function, and not a subquery: those
-- who are not restricted to venues, which is nearly everybody, pay nothing for it.
create or replace function app_hidden.is_booking_at_permitted_venue(
  booking_id uuid, permission text
)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (
    select from app_public.bookings as b
    where b.id = is_booking_at_permitted_venue.booking_id
      and b.performance_id in (
        select app_hidden.permitted_performance_ids(is_booking_at_permitted_venue.permission)
      )
  )
$$;

comment on function app_hidden.is_booking_at_permitted_venue(uuid, text) is
  'Whether a booking is at a venue that the signed-in user is narrowed to with a permission.';
grant execute on function app_hidden.is_booking_at_permitted_venue(uuid, text) to lml_user;
