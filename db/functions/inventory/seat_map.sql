create or replace function app_public.seat_map(performance_id uuid)
returns app_public.seat_map
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_map app_public.seat_map;
  v_organization_id uuid;
begin
  select p.organization_id, p.id, l.id, l.sha256
  into v_organization_id, v_map.performance_id, v_map.layout_id, v_map.layout_sha256
  from app_public.performances as p
  join app_public.events as e on e.id = p.event_id
  join app_public.venue_layouts as l
    on l.organization_id = p.organization_id and l.id = p.layout_id
  where p.id = seat_map.performance_id
    and (
      e.status in ('published', 'postponed', 'completed')
      or app_hidden.has_performance_permission(p.organization_id, p.id, 'events.read')
    );
  if not found then
    return null;
  end if;

  select
    string_agg(
      case
        when s.status = 'available' or (s.status = 'locked' and s.locked_until <= now()) then 'a'
        when s.status = 'locked' then 'l'
        when s.status = 'booked' then 'b'
        when s.status = 'reserved' then 'r'
        else 'x'
      end,
      '' order by s.seat_no
    ),
    array_agg(s.category_no order by s.seat_no)
  into v_map.availability, v_map.category_nos
  from app_public.seat_booking_state as s
  where s.organization_id = v_organization_id and s.performance_id = v_map.performance_id;
  return v_map;
end
$$;

comment on function app_public.seat_map(uuid) is
  'What is free at a performance now; null when there is no such performance, or not for you.';
grant execute on function app_public.seat_map(uuid) to lml_anonymous, lml_user;
