-- Apart from the map: categories change rarely, and a buyer who looks again has them. By their key,
-- seats are read in order; among a dozen performances, a plan would collect and sort them.
create or replace function app_public.seat_categories(performance_id uuid)
returns app_public.seat_categories
language plpgsql stable security definer
set search_path = '' set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  v_categories app_public.seat_categories;
  v_performance app_public.performances := app_hidden.visible_performance(
    seat_categories.performance_id
  );
begin
  if v_performance.id is null then
    return null;
  end if;
  v_categories.performance_id := v_performance.id;
  select array_agg(s.category_no order by s.seat_no) into v_categories.category_nos
  from app_public.seat_booking_state as s
  where s.organization_id = v_performance.organization_id
    and s.performance_id = v_performance.id;
  return v_categories;
end
$$;

comment on function app_public.seat_categories(uuid) is
  'Which category each seat of a performance belongs to; null when there is no such performance, '
  'or not for you.';
grant execute on function app_public.seat_categories(uuid) to lml_anonymous, lml_user;
