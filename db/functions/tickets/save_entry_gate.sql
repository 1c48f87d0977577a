create or replace function app_public.save_entry_gate(
  venue_id uuid, name text, zone_id uuid default null, closed boolean default false
)
returns app_public.entry_gates
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization_id uuid;
  v_gate app_public.entry_gates;
  v_constraint text;
  v_column text;
begin
  select v.organization_id into v_organization_id
  from app_public.venues as v where v.id = save_entry_gate.venue_id;
  perform app_hidden.require_venue_permission(
    v_organization_id, save_entry_gate.venue_id, 'gates.manage'
  );
  insert into app_public.entry_gates as g (organization_id, venue_id, zone_id, name, closed_at)
  values (
    v_organization_id, save_entry_gate.venue_id, save_entry_gate.zone_id, save_entry_gate.name,
    case when save_entry_gate.closed then now() end
  )
  on conflict on constraint entry_gates_name_is_unique do update
  set zone_id = excluded.zone_id,
    closed_at = case when save_entry_gate.closed then coalesce(g.closed_at, now()) end
  returning * into v_gate;
  return v_gate;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when foreign_key_violation then
    raise exception 'There is no such zone at this venue.'
      using errcode = 'LMNFD', detail = save_entry_gate.zone_id::text;
end
$$;

comment on function app_public.save_entry_gate(uuid, text, uuid, boolean) is
  'A door of a venue, and the zone that it leads to; without one, it leads everywhere. The same '
  'name again changes it; closed, nobody is scanned there. Needs gates.manage. Raises LMNFD, '
  'LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.save_entry_gate(uuid, text, uuid, boolean) to lml_user;
