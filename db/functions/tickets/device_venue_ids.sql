create or replace function app_hidden.device_venue_ids()
returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select d.venue_id from app_public.scanner_devices as d
  where d.id = (select app_hidden.current_device_id())
$$;

comment on function app_hidden.device_venue_ids() is
  'For policies: the venue of the scanner that is asking.';
grant execute on function app_hidden.device_venue_ids() to lml_user;
