-- Places without a seat have no number by which they could be found again. An area that the new
-- layout has besides is not on sale before somebody makes a pool of it.
create or replace function app_private.require_standing_areas_kept(
  performance app_public.performances, layout_id uuid
)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_area text;
begin
  select s.name into v_area
  from app_public.layout_sections as s
  where s.organization_id = (require_standing_areas_kept.performance).organization_id
    and s.layout_id = (require_standing_areas_kept.performance).layout_id
    and s.kind = 'standing'
    -- What is blocked has no places.
    and not exists (
      select from app_public.events as e
      where e.organization_id = s.organization_id
        and e.id = (require_standing_areas_kept.performance).event_id
        and s.name = any (e.blocked_sections)
    )
    and not exists (
      select from app_public.layout_sections as kept
      where kept.organization_id = s.organization_id
        and kept.layout_id = require_standing_areas_kept.layout_id
        and kept.kind = 'standing'
        and (kept.name, kept.capacity) = (s.name, s.capacity)
    )
  order by s.section_no
  limit 1;
  if found then
    raise exception 'A standing area is on sale, and the layout has it otherwise or not at all.'
      using errcode = 'LMMOV', detail = v_area;
  end if;
end
$$;

comment on function app_private.require_standing_areas_kept(app_public.performances, uuid) is
  'Raises LMMOV unless a layout keeps the standing areas that a performance has.';
