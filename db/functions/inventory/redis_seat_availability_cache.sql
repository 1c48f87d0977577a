create or replace function app_public.redis_seat_availability_cache(performance_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'key', 'seat_availability:' || p.id,
    'event_id', p.event_id,
    'performance_id', p.id,
    'version', app_hidden.map_version(),
    'seats_json', coalesce(jsonb_agg(
      jsonb_build_object(
        'seat_id', l.seat_id,
        'status', case app_hidden.seat_letter(s.status, s.locked_until)
          when 'a' then 'available' else 'locked' end,
        'section', section.name,
        'row', l.row_name,
        'seat_number', l.seat_number,
        'price_cents', coalesce(s.price_override_cents, price.price_cents)
      ) order by s.seat_no
    ) filter (where s.seat_no is not null), '[]')
  )
  from app_public.performances as p
  left join app_public.seat_booking_state as s
    on s.organization_id = p.organization_id
    and s.performance_id = p.id
    and s.status in ('available', 'locked')
  left join app_public.layout_seats as l
    on l.organization_id = p.organization_id
    and l.layout_id = p.layout_id
    and l.seat_no = s.seat_no
  left join app_public.layout_sections as section
    on section.organization_id = l.organization_id
    and section.layout_id = l.layout_id
    and section.section_no = l.section_no
  left join app_public.performance_categories as c
    on c.organization_id = s.organization_id
    and c.performance_id = s.performance_id
    and c.category_no = s.category_no
  left join app_public.ticket_category_prices as price
    on price.organization_id = c.organization_id
    and price.ticket_category_id = c.ticket_category_id
    and price.audience = 'public'
    and price.valid_during @> now()
  where p.id = redis_seat_availability_cache.performance_id
  group by p.id
$$;

comment on function app_public.redis_seat_availability_cache(uuid) is
  'What a cache keeps of the seats of a performance that are on sale: a document, its key and its '
  'version for seat_map_changes. A lock that has run out is available. For the worker.';
grant execute on function app_public.redis_seat_availability_cache(uuid) to lml_worker;
