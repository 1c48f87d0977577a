-- Of an event that is only online nothing else asks for places. And seats of a section that was
-- misspelled would be sold though they are to be blocked, or at the price of another category.
create or replace function app_private.require_places(event app_public.events)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_performance_id uuid;
  v_section text;
begin
  select p.id into v_performance_id
  from app_public.performances as p
  where p.organization_id = (require_places.event).organization_id
    and p.event_id = (require_places.event).id
    and p.status <> 'canceled'
    and p.pass_name is null
    and coalesce(p.ends_at, p.starts_at) > now()
    and not exists (
      select from app_public.seat_booking_state as s
      where s.organization_id = p.organization_id
        and s.performance_id = p.id
        and s.status <> 'blocked'
    )
    and not exists (
      select from app_public.admission_pool_categories as c
      where c.organization_id = p.organization_id and c.performance_id = p.id
    )
  order by p.starts_at
  limit 1;
  if found then
    raise exception 'A performance has nothing to sell: no seat, and no place without one.'
      using errcode = 'LMPUB', detail = v_performance_id::text,
        hint = 'Make places with create_admission_pool, for at least one ticket category.';
  end if;

  select s.name into v_section
  from (
    select unnest((require_places.event).blocked_sections) as name
    union all
    select unnest(c.sections)
    from app_public.ticket_categories as c
    where c.organization_id = (require_places.event).organization_id
      and c.event_id = (require_places.event).id
  ) as s
  where not exists (
    select
    from app_public.performances as p
    join app_public.layout_sections as l
      on l.organization_id = p.organization_id and l.layout_id = p.layout_id
    where p.organization_id = (require_places.event).organization_id
      and p.event_id = (require_places.event).id
      and l.name = s.name
  )
  limit 1;
  if found then
    raise exception 'No layout of the event has a section "%".', v_section
      using errcode = 'LMPUB', detail = v_section,
        hint = 'Spell it as the layout does, in the blocked sections and the ticket categories.';
  end if;
end
$$;

comment on function app_private.require_places(app_public.events) is
  'Raises LMPUB for a performance that has nothing to sell once its inventory is there, and for a '
  'section that is blocked or priced and that no layout has.';
