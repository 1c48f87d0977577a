-- Nothing is sold of what was postponed until it has another day: an answer that comes meanwhile
-- would have somebody pay for a day that is not.
create or replace function app_private.require_day(booking app_public.bookings)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if exists (
    select from app_public.performances as p
    where p.organization_id = (require_day.booking).organization_id
      and p.id = (require_day.booking).performance_id
      and p.status = 'postponed'
  ) then
    raise exception 'The performance was postponed, and has no new date yet.'
      using errcode = 'LMEVT', detail = (require_day.booking).performance_id::text,
        hint = 'Give it one with postpone_performance first.';
  end if;
end
$$;

comment on function app_private.require_day(app_public.bookings) is
  'Raises LMEVT for a booking of a performance that was postponed and has no new date.';
