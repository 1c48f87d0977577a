-- At the counter and on the phone nobody signs in: staff knows whom they sell to, and the tickets
-- go to that address and to no other.
create or replace function app_private.is_for_member(booking app_public.bookings)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select app_private.is_member(
      (is_for_member.booking).organization_id, (is_for_member.booking).user_id
    )
    or (is_for_member.booking).booking_channel in ('admin', 'phone')
    and (
      exists (
        select from app_public.memberships as m
        where m.organization_id = (is_for_member.booking).organization_id
          and m.email operator(public.=) (is_for_member.booking).customer_email
          and m.revoked_at is null
          and m.valid_during @> now()
      )
      or exists (
        select from app_public.users as u
        where u.email operator(public.=) (is_for_member.booking).customer_email
          and u.email_verified_at is not null
          and app_private.is_member((is_for_member.booking).organization_id, u.id)
      )
    )
$$;

comment on function app_private.is_for_member(app_public.bookings) is
  'Whether a booking is a member''s: whoever is signed in is one, or whom staff sells to, by their '
  'address.';
