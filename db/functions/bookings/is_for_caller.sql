create or replace function app_private.is_for_caller(booking app_public.bookings)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (
    select from app_public.users as u
    where u.id = app_hidden.current_user_id()
      and (
        u.id = (is_for_caller.booking).user_id
        or u.email operator(public.=) (is_for_caller.booking).customer_email
      )
  )
$$;

comment on function app_private.is_for_caller(app_public.bookings) is
  'Whether whoever asks is whom a booking is for: by their account, or by the address that it is '
  'sold to.';
