create or replace function app_public.seat_prices(performance_id uuid)
returns setof app_public.seat_price
language sql stable security definer rows 100 set search_path = ''
as $$
  select l.seat_id, s.price_override_cents
  from app_hidden.visible_performance(seat_prices.performance_id) as p
  join app_public.seat_booking_state as s
    on s.organization_id = p.organization_id and s.performance_id = p.id
  join app_public.layout_seats as l
    on l.organization_id = p.organization_id
    and l.layout_id = p.layout_id
    and l.seat_no = s.seat_no
  where s.price_override_cents is not null
  order by s.seat_no
$$;

comment on function app_public.seat_prices(uuid) is
  'Seats of a performance that have a price of their own; all others cost what their category '
  'costs.';
grant execute on function app_public.seat_prices(uuid) to lml_anonymous, lml_user;
