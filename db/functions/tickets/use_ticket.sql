-- One conditional write decides between two scanners of one ticket, and between a scanner and whoever
-- hands the ticket on: it waits for nothing but this ticket. What it asks for is in the ticket's own
-- row, because that is what is looked at again after waiting.
create or replace function app_private.use_ticket(
  organization_id uuid, ticket_id uuid, version integer, reentry_limit smallint,
  direction app_public.scan_direction, at timestamptz
)
returns app_private.admission
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_admission app_private.admission := row(use_ticket.ticket_id, 'success', null);
begin
  if use_ticket.direction = 'in' then
    update app_public.tickets as t
    set status = 'used', used_at = coalesce(t.used_at, use_ticket.at),
      entry_count = t.entry_count + 1, is_inside = true
    where t.organization_id = use_ticket.organization_id
      and t.id = use_ticket.ticket_id
      and t.credential_version = use_ticket.version
      and (
        t.status = 'valid'
        or (
          t.status = 'used' and not t.is_inside and t.entry_count <= use_ticket.reentry_limit
        )
      );
  else
    update app_public.tickets as t
    set is_inside = false
    where t.organization_id = use_ticket.organization_id
      and t.id = use_ticket.ticket_id
      and t.credential_version = use_ticket.version
      and t.is_inside;
  end if;
  if found then
    return v_admission;
  end if;
  select
    case
      when t.credential_version <> use_ticket.version then 'invalid'
      when t.status not in ('valid', 'used') then 'canceled'
      when use_ticket.direction = 'out' then 'invalid'
      else 'already_scanned'
    end,
    case
      when t.credential_version <> use_ticket.version then 'LMTRP'
      when t.status not in ('valid', 'used') then 'LMTVD'
      when use_ticket.direction = 'out' then 'LMTNI'
      else 'LMTUS'
    end
  into strict v_admission.result, v_admission.code
  from app_public.tickets as t
  where t.organization_id = use_ticket.organization_id and t.id = use_ticket.ticket_id;
  return v_admission;
end
$$;

comment on function app_private.use_ticket(
  uuid, uuid, integer, smallint, app_public.scan_direction, timestamptz
) is 'Takes somebody in or out with a ticket, if its state and its credential allow it.';
