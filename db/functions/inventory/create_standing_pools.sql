-- A standing area of the layout is a pool, from which every category draws that names the area, or
-- its category in the plan. A pool of that name that is there already was made on purpose. Plans of
-- long ago may have names of several lines, which a pool has not.
create or replace function app_private.create_standing_pools(
  event app_public.events, performance app_public.performances
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_area record;
  v_pool_id uuid;
begin
  for v_area in
    select l.name, line.name as pool_name, l.capacity, array(
      select c.id
      from app_public.ticket_categories as c
      where c.organization_id = (create_standing_pools.event).organization_id
        and c.event_id = (create_standing_pools.event).id
        and (l.name = any (c.sections) or l.category = any (c.seat_categories))
      order by c.category_no
    ) as ticket_category_ids
    from app_public.layout_sections as l
    cross join lateral (
      select coalesce(
        nullif(btrim(regexp_replace(l.name, '[[:cntrl:]]+', ' ', 'g')), ''), 'Area ' || l.section_no
      ) as name
    ) as line
    where l.organization_id = (create_standing_pools.performance).organization_id
      and l.layout_id = (create_standing_pools.performance).layout_id
      and l.kind = 'standing'
      and l.name <> all (coalesce((create_standing_pools.event).blocked_sections, '{}'))
      and not exists (
        select from app_public.admission_pools as p
        where p.organization_id = l.organization_id
          and p.performance_id = (create_standing_pools.performance).id
          and p.name = line.name
      )
    order by l.section_no
  loop
    if cardinality(v_area.ticket_category_ids) = 0 or exists (
      select from app_public.admission_pool_categories as pc
      where pc.organization_id = (create_standing_pools.event).organization_id
        and pc.performance_id = (create_standing_pools.performance).id
        and pc.ticket_category_id = any (v_area.ticket_category_ids)
    ) then
      raise exception 'A standing area has no ticket category of its own.'
        using errcode = 'LMPUB', detail = format('section %s', v_area.name),
          hint = 'Name the area in a ticket category that no other standing area has, or block it.';
    end if;
    v_pool_id := app_private.store_admission_pool(
      create_standing_pools.event, (create_standing_pools.performance).id, v_area.pool_name,
      v_area.capacity, null
    );
    insert into app_public.admission_pool_categories (
      organization_id, performance_id, pool_id, ticket_category_id
    )
    select (create_standing_pools.event).organization_id, (create_standing_pools.performance).id,
      v_pool_id, c
    from unnest(v_area.ticket_category_ids) as c;
  end loop;
end
$$;

comment on function app_private.create_standing_pools(app_public.events, app_public.performances) is
  'Puts the standing areas of a performance''s layout on sale. Raises LMPUB.';
