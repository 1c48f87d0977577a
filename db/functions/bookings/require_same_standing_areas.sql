-- Places without a seat have no number by which they could be found again.
create or replace function app_private.require_same_standing_areas(
  performance app_public.performances, layout_id uuid
)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_area text;
begin
  select a.name into v_area
  from (
    select s.name, s.capacity, s.category, s.layout_id
    from app_public.layout_sections as s
    where s.organization_id = (require_same_standing_areas.performance).organization_id
      and s.layout_id in (
        (require_same_standing_areas.performance).layout_id, require_same_standing_areas.layout_id
      )
      and s.kind = 'standing'
  ) as a
  group by a.name, a.capacity, a.category
  having count(distinct a.layout_id) < 2
  order by a.name
  limit 1;
  if found then
    raise exception 'A standing area is on sale, and the layout has it otherwise or not at all.'
      using errcode = 'LMMOV', detail = v_area;
  end if;
end
$$;

comment on function app_private.require_same_standing_areas(app_public.performances, uuid) is
  'Raises LMMOV unless a layout has the standing areas that a performance has.';
