-- A scanner, or staff with a session: who it is, where they stand, and what the performance allows.
-- A gate that is named must be one of this venue, in use; without one, every ticket may enter here.
create or replace function app_private.open_door(
  performance_id uuid, gate_id uuid, at_gate boolean default true
)
returns app_private.door
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_door app_private.door;
  v_device app_public.scanner_devices;
  v_may_scan boolean;
begin
  -- Who is asking, and whether they have the right by their role in all of the organization, as
  -- most who scan do, is asked in the same statement. Everything else, and every refusal, is left
  -- to has_performance_permission.
  select s.user_id, p.organization_id, p.id, p.status = 'canceled',
    app_hidden.closing_time(p.starts_at, p.ends_at), e.reentry_limit, e.venue_id,
    exists (
      select from app_public.organization_members as m
      join app_public.role_permissions as r on r.role = m.role and r.permission = 'tickets.scan'
      where m.organization_id = p.organization_id
        and m.user_id = s.user_id
        and m.status = 'active'
        and not m.venues_restricted
    )
  into v_door.user_id, v_door.organization_id, v_door.performance_id, v_door.is_canceled,
    v_door.closes_at, v_door.reentry_limit, v_door.venue_id, v_may_scan
  from app_public.performances as p
  join app_public.events as e on e.id = p.event_id and e.organization_id = p.organization_id
  left join app_private.current_session as s on true
  where p.id = open_door.performance_id;
  if v_door.user_id is null then
    select d.* into v_device
    from app_public.scanner_devices as d
    where d.id = app_hidden.current_device_id();
    if v_device.id is not null
      and (v_device.organization_id, v_device.venue_id)
        is distinct from (v_door.organization_id, v_door.venue_id)
    then
      raise exception 'There is no such performance at the venue of this scanner.'
        using errcode = 'LMNFD', detail = format('%s', open_door.performance_id);
    end if;
    v_door.device_id := v_device.id;
    v_door.device := v_device.name;
  end if;
  if v_door.device_id is null
    and v_may_scan is not true
    and app_hidden.has_performance_permission(
      v_door.organization_id, v_door.performance_id, 'tickets.scan'
    ) is not true
  then
    perform app_hidden.require_performance_permission(
      v_door.organization_id, v_door.performance_id, 'tickets.scan'
    );
  end if;

  if open_door.at_gate then
    v_door.gate_id := coalesce(open_door.gate_id, v_device.gate_id);
  end if;
  if v_door.gate_id is not null then
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
  end if;
  return v_door;
end
$$;

comment on function app_private.open_door(uuid, uuid, boolean) is
  'What a scan must know before it looks at a ticket. '
  'Raises LMNFD, LMRGT, LMAUT, LMSES.';
