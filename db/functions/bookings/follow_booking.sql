-- Asked for each listener, as that listener, whenever something may be new.
create or replace function app_hidden.follow_booking(booking_id uuid)
returns text
language plpgsql stable set search_path = ''
as $$
declare
  v_version text;
begin
  perform app_hidden.require_living_session();
  select v.version into v_version
  from app_hidden.booking_version(follow_booking.booking_id) as v;
  if v_version is null then
    raise exception 'There is no such booking, or it is not yours.'
      using errcode = 'LMBKG', detail = format('%s', follow_booking.booking_id);
  end if;
  return v_version;
end
$$;

comment on function app_hidden.follow_booking(uuid) is
  'The version of a booking. Raises LMBKG when there is none, or it is not yours; LMSES.';
grant execute on function app_hidden.follow_booking(uuid) to lml_anonymous, lml_user;
