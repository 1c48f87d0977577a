-- A field of its own: the categories change rarely, and a buyer who looks again has them.
create or replace function app_public.seat_map_category_nos(map app_public.seat_map)
returns smallint[]
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_performance app_public.performances := app_hidden.visible_performance(
    (seat_map_category_nos.map).performance_id
  );
begin
  return (
    select array_agg(s.category_no order by s.seat_no)
    from app_public.seat_booking_state as s
    where s.organization_id = v_performance.organization_id
      and s.performance_id = v_performance.id
  );
end
$$;

comment on function app_public.seat_map_category_nos(app_public.seat_map) is
  'The category_no of each seat in seat_no order; null where a seat is not for sale.';
grant execute on function app_public.seat_map_category_nos(app_public.seat_map)
  to lml_anonymous, lml_user;
