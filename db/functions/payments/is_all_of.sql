create or replace function app_private.is_all_of(
  booking app_public.bookings, parts app_private.refund_part[]
)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select not exists (
    select from app_private.refund_units(is_all_of.booking) as u
    where u.is_live and not exists (
      select from unnest(is_all_of.parts) as p
      where p.booking_item_id = u.booking_item_id
        and p.ticket_id is not distinct from u.ticket_id
        and p.unit_no is not distinct from u.unit_no
    )
  )
$$;

comment on function app_private.is_all_of(app_public.bookings, app_private.refund_part[]) is
  'Whether nothing of a booking is left when these parts came back.';
