-- The account is forgotten already, and its address with it: what is left is known by its id alone.
create or replace function app_private.erase_left_bookings(request app_public.privacy_requests)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_person app_private.person;
  v_left uuid[];
begin
  perform from app_public.bookings as b
  where b.id = any ((erase_left_bookings.request).left_booking_ids)
  order by b.id
  for no key update;
  v_left := app_private.bookings_with_open_money((erase_left_bookings.request).left_booking_ids);
  v_person.customer_ids := '{}';
  v_person.emails := '{}';
  v_person.booking_ids := array(
    select id from unnest((erase_left_bookings.request).left_booking_ids) as id
    where id <> all (v_left)
  );
  perform app_private.erase_person(v_person, (erase_left_bookings.request).id);
  update app_public.privacy_requests as r
  set left_booking_ids = v_left, completed_at = case when v_left = '{}' then now() end
  where r.id = (erase_left_bookings.request).id;
  return v_person.booking_ids <> '{}';
end
$$;

comment on function app_private.erase_left_bookings(app_public.privacy_requests) is
  'Forgets a person in orders under their address for which money was '
  'open; whether there were any.';
