-- A scanner, or staff with a session: who it is, where they stand, and what the performance allows.
-- Settings of its own would cost a scan more than they are good for: it is called by functions
-- that have them.
create or replace function app_private.open_door(
  performance_id uuid, gate_id uuid, at_gate boolean default true
)
returns app_private.door
language plpgsql stable
as $$
declare
  v_door app_private.door;
begin
  -- Who is asking is asked in the same statement, of those who have the right by their role in all
  -- of the organization, as most who scan with a session do. Everybody else, and every refusal, is
  -- left to recognize_scanner.
  select p.organization_id, p.id, p.event_id, p.status = 'canceled',
    -- A pass of which one date has no day lets in on the others.
    case
      when p.status = 'postponed' and p.pass_name is null then 'infinity'
      else coalesce(p.readmits_since, '-infinity')
    end,
    app_hidden.closing_time(p.starts_at, p.ends_at), open_door.gate_id,
    (
      select m.user_id
      from app_public.organization_members as m
      join app_public.role_permissions as r on r.role = m.role and r.permission = 'tickets.scan'
      where m.user_id = (select s.user_id from app_private.current_session as s)
        and m.organization_id = p.organization_id
        and m.status = 'active'
        and not m.venues_restricted
    )
  into v_door.organization_id, v_door.performance_id, v_door.event_id, v_door.is_canceled,
    v_door.opens_at, v_door.closes_at, v_door.gate_id, v_door.user_id
  from app_public.performances as p
  where p.id = open_door.performance_id;
  if v_door.user_id is not null and v_door.gate_id is null then
    return v_door;
  end if;

  -- The venue matters to scanners and at gates.
  select e.venue_id into v_door.venue_id
  from app_public.events as e
  where e.id = v_door.event_id and e.organization_id = v_door.organization_id;
  if v_door.user_id is null then
    v_door := app_private.recognize_scanner(v_door, open_door.performance_id);
  end if;
  if open_door.at_gate and v_door.gate_id is not null then
    v_door := app_private.stand_at_gate(v_door);
  end if;
  return v_door;
end
$$;

comment on function app_private.open_door(uuid, uuid, boolean) is
  'What a scan must know before it looks at a ticket. '
  'Raises LMNFD, LMRGT, LMAUT, LMSES.';
