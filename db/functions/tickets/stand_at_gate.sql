-- A gate that is named must be one of this venue, in use; without one, every ticket may enter here.
create or replace function app_private.stand_at_gate(door app_private.door)
returns app_private.door
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_door app_private.door := stand_at_gate.door;
begin
  select g.name, z.id is not null, z.sections, z.ticket_categories
  into v_door.gate, v_door.has_zone, v_door.sections, v_door.ticket_categories
  from app_public.entry_gates as g
  left join app_public.entry_zones as z
    on z.organization_id = g.organization_id and z.id = g.zone_id
  where g.id = v_door.gate_id
    and g.organization_id = v_door.organization_id
    and g.venue_id = v_door.venue_id
    and g.closed_at is null;
  if v_door.gate is null then
    raise exception 'There is no such gate at this venue, or it is closed.'
      using errcode = 'LMNFD', detail = v_door.gate_id::text;
  end if;
  return v_door;
end
$$;

comment on function app_private.stand_at_gate(app_private.door) is
  'A door with its gate, and whom it leads where. Raises LMNFD.';
