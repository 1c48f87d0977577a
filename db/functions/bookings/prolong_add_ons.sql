create or replace function app_private.prolong_add_ons(
  booking app_public.bookings, until timestamptz
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update app_private.add_on_claims as c
  set held_until = prolong_add_ons.until
  where c.organization_id = (prolong_add_ons.booking).organization_id
    and c.booking_id = (prolong_add_ons.booking).id
    and c.held_until is not null;
  if app_private.lacks_add_ons(prolong_add_ons.booking) then
    raise exception 'The hold has run out, and others have taken add-ons of it.'
      using errcode = 'LMEXP', hint = 'Begin a new booking.';
  end if;
end
$$;

comment on function app_private.prolong_add_ons(app_public.bookings, timestamptz) is
  'Moves the deadline of the add-ons of a booking, if it still owns them all. Raises LMEXP.';
