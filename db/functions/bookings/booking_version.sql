-- Every change of a row is a new version of it, which knows the transaction that made it. A table
-- without settings, so that a plan takes it in: a thousand bookings are asked for at once.
create or replace function app_hidden.booking_version(booking_id uuid)
returns table (version text)
language sql stable
as $$
  select b.xmin::text || case when b.expires_at <= now() then ' over' else '' end
  from app_public.bookings as b
  where b.id = booking_version.booking_id;
$$;

comment on function app_hidden.booking_version(uuid) is
  'Something that is different after every change of a booking, and once its time has run out. '
  'Nothing when there is no such booking, or it is not yours.';
grant execute on function app_hidden.booking_version(uuid) to lml_anonymous, lml_user;
