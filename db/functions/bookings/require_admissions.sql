create or replace function app_private.require_admissions(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if exists (select from app_private.lacks_admissions(require_admissions.booking)) then
    raise exception 'The hold has run out, and others have taken places of it.'
      using errcode = 'LMEXP', hint = 'Hold admissions again.';
  end if;
end
$$;

comment on function app_private.require_admissions(app_public.bookings) is
  'Raises LMEXP when others have taken places of a booking after its deadline.';
