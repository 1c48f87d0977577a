--! Previous: sha1:b3f4b69bc359ef74179ab7bb600c8c62e73b3701
--! Hash: sha1:4ada99cb90230defa2a4fe3e4ca9e087daf51862
--! Message: Maps are read by their key alone

--! split: 1000-functions-inventory-seat_map.sql
-- Among many performances, a plan would rather collect the seats first and sort them, which takes
-- nearly twice as long as to read them by their key, in order.
create or replace function app_public.seat_map(performance_id uuid)
returns app_public.seat_map
language plpgsql stable security definer
set search_path = '' set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  v_map app_public.seat_map;
  v_performance app_public.performances := app_hidden.visible_performance(
    seat_map.performance_id
  );
begin
  if v_performance.id is null then
    return null;
  end if;
  v_map.performance_id := v_performance.id;
  select l.id, l.sha256, '/layouts/' || l.sha256 || '.json'
  into v_map.layout_id, v_map.layout_sha256, v_map.layout_address
  from app_public.venue_layouts as l
  where l.organization_id = v_performance.organization_id and l.id = v_performance.layout_id;

  -- The key says whose seats they are; to ask for the organization, too, costs an eighth. No
  -- separator is cheaper than an empty one, 50,000 times.
  select string_agg(app_hidden.seat_letter(s.status, s.locked_until), null order by s.seat_no)
  into v_map.availability
  from app_public.seat_booking_state as s
  where s.performance_id = v_performance.id;
  if v_map.availability is not null then
    v_map.version := app_hidden.map_version();
  end if;
  return v_map;
end
$$;

comment on function app_public.seat_map(uuid) is
  'What is free at a performance now; null when there is no such performance, or not for you.';
grant execute on function app_public.seat_map(uuid) to lml_anonymous, lml_user;
