create or replace function app_private.prolong_admissions(
  booking app_public.bookings, until timestamptz
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update app_private.admission_claims as c
  set held_until = greatest(c.held_until, prolong_admissions.until)
  where c.organization_id = (prolong_admissions.booking).organization_id
    and c.booking_id = (prolong_admissions.booking).id
    and c.held_until is not null;
  perform app_private.require_admissions(prolong_admissions.booking);
end
$$;

comment on function app_private.prolong_admissions(app_public.bookings, timestamptz) is
  'Moves the deadline of the admissions of a booking, if it still owns them all. Raises LMEXP.';
