create or replace function app_private.check_inventory_is_the_layout()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'inventory_is_the_layout', p.organization_id, p.id,
    format('%s seats in the inventory, %s in the layout', s.seats, l.seat_count)
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  join app_public.venue_layouts as l
    on l.organization_id = p.organization_id and l.id = p.layout_id
  cross join lateral (
    select count(*) as seats
    from app_public.seat_booking_state as s
    where s.organization_id = p.organization_id and s.performance_id = p.id
  ) as s
  where e.status not in ('draft', 'canceled')
    and p.pass_name is null
    and s.seats <> l.seat_count
    -- What was canceled before its event was published never had any.
    and not (p.status = 'canceled' and s.seats = 0)
$$;

comment on function app_private.check_inventory_is_the_layout() is
  'A performance that has other seats than its plan.';
