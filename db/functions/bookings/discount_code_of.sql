create or replace function app_private.discount_code_of(booking app_public.bookings)
returns app_public.discount_codes
language sql stable security definer set search_path = ''
as $$
  select c.*
  from app_public.discount_redemptions as r
  join app_public.discount_codes as c
    on c.organization_id = r.organization_id and c.id = r.discount_code_id
  where r.organization_id = (discount_code_of.booking).organization_id
    and r.booking_id = (discount_code_of.booking).id
$$;

comment on function app_private.discount_code_of(app_public.bookings) is
  'The code that a booking uses, or null.';
