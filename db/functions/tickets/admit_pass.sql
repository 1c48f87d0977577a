-- The ticket is locked, and its state asked for afterwards, so that two scanners of one pass wait
-- for each other, and for whoever returns it. The first entry of a date is an insert, every other
-- one a conditional write: each date counts for itself.
create or replace function app_private.admit_pass(
  door app_private.door, credential_hash bytea, direction app_public.scan_direction,
  at timestamptz
)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_door app_private.door := admit_pass.door;
  v_ticket app_public.tickets;
  v_ticket_id uuid;
begin
  select t.* into v_ticket
  from app_private.ticket_credentials as c
  join app_public.tickets as t on t.organization_id = c.organization_id and t.id = c.ticket_id
  join app_public.pass_dates as d
    on d.organization_id = t.organization_id
    and d.pass_id = t.performance_id
    and d.performance_id = v_door.performance_id
  where c.credential_hash = admit_pass.credential_hash
    and c.organization_id = v_door.organization_id
    and t.credential_version = c.version
  for no key update of t;
  if v_ticket.id is null then
    return null;
  end if;

  if admit_pass.direction = 'out' then
    update app_public.pass_entries as e
    set is_inside = false
    where e.organization_id = v_ticket.organization_id
      and e.ticket_id = v_ticket.id
      and e.performance_id = v_door.performance_id
      and e.is_inside
    returning e.ticket_id into v_ticket_id;
  elsif v_ticket.status in ('valid', 'used') and not v_ticket.is_disputed
    and admit_pass.at between v_door.opens_at and v_door.closes_at and not v_door.is_canceled
    and app_private.leads_to(v_door, v_ticket.section, v_ticket.ticket_category_id)
  then
    insert into app_public.pass_entries as e (
      organization_id, ticket_id, performance_id, first_entry_at
    )
    values (
      v_ticket.organization_id, v_ticket.id, v_door.performance_id, admit_pass.at
    )
    on conflict on constraint pass_entries_pkey do update
    set entry_count = e.entry_count + 1, is_inside = true
    where not e.is_inside
      and e.entry_count - e.earlier_entries <= app_private.reentry_limit_of(v_door)
    returning e.ticket_id into v_ticket_id;
    update app_public.tickets as t
    set status = 'used', used_at = admit_pass.at
    where t.organization_id = v_ticket.organization_id
      and t.id = v_ticket_id
      and t.status = 'valid';
  end if;
  return v_ticket_id;
end
$$;

comment on function app_private.admit_pass(
  app_private.door, bytea, app_public.scan_direction, timestamptz
) is 'Lets the holder of a pass through a door of one of its dates; null: it is none, or refused.';
