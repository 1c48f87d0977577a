create or replace function app_private.require_draft_of_staff(
  booking app_public.bookings, pay_within_hours integer
)
returns void
language plpgsql stable set search_path = ''
as $$
begin
  if (require_draft_of_staff.booking).booking_channel not in ('admin', 'phone') then
    raise exception 'The buyer of this booking checks out.'
      using errcode = 'LMBST', detail = (require_draft_of_staff.booking).booking_channel::text;
  end if;
  if coalesce(require_draft_of_staff.pay_within_hours not between 1 and 168, true) then
    raise exception 'A customer has 1 to 168 hours to pay.'
      using errcode = 'LMINP', detail = 'pay_within_hours';
  end if;
  perform app_private.require_open_draft(require_draft_of_staff.booking);
end
$$;

comment on function app_private.require_draft_of_staff(app_public.bookings, integer) is
  'Raises LMBST, LMEXP or LMINP unless staff may sell what it holds, to be paid within hours.';
