-- A refusal is a result, not an exception: raising would undo the record of the attempt.
create or replace function app_public.scan_ticket(
  performance_id uuid, credential text, gate text default null, device text default null
)
returns app_public.ticket_scans
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization_id uuid;
  v_ticket app_public.tickets;
  v_result app_public.scan_result;
  v_scan app_public.ticket_scans;
begin
  select p.organization_id into v_organization_id
  from app_public.performances as p where p.id = scan_ticket.performance_id;
  perform app_hidden.require_performance_permission(
    v_organization_id, scan_ticket.performance_id, 'tickets.scan'
  );

  if length(scan_ticket.gate) > 50 or length(scan_ticket.device) > 100 then
    raise exception 'Names of gates have at most 50 characters, of devices 100.'
      using errcode = 'LMINP', detail = 'gate, device';
  end if;

  -- Tickets of other organizations are simply unknown here.
  select t.* into v_ticket
  from app_private.ticket_credentials as c
  join app_public.tickets as t on t.organization_id = c.organization_id and t.id = c.ticket_id
  where c.credential_hash = app_hidden.hash_token(scan_ticket.credential)
    and c.organization_id = v_organization_id;

  if v_ticket.id is null then
    v_result := 'invalid';
  elsif v_ticket.performance_id <> scan_ticket.performance_id then
    v_result := 'wrong_event';
  else
    v_result := app_private.use_ticket(v_ticket.organization_id, v_ticket.id);
  end if;

  insert into app_public.ticket_scans (
    organization_id, performance_id, ticket_id, result, code, gate, device, scanned_by
  )
  values (
    v_organization_id, scan_ticket.performance_id, v_ticket.id, v_result,
    case v_result
      when 'already_scanned' then 'LMTUS'
      when 'canceled' then 'LMTVD'
      when 'wrong_event' then 'LMTFO'
      when 'invalid' then 'LMTUK'
    end,
    scan_ticket.gate, scan_ticket.device, app_hidden.current_user_id()
  )
  returning * into v_scan;
  return v_scan;
end
$$;

comment on function app_public.scan_ticket(uuid, text, text, text) is
  'Lets the holder of a QR code in, once. The result says why not, with the code LMTUS (used), '
  'LMTVD (canceled), LMTFO (another performance) or LMTUK (unknown); each attempt is recorded. '
  'Needs tickets.scan. Raises LMNFD, LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.scan_ticket(uuid, text, text, text) to lml_user;
