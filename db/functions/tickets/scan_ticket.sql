create or replace function app_public.scan_ticket(
  performance_id uuid, credential text, gate text default null, device text default null,
  gate_id uuid default null, direction app_public.scan_direction default 'in'
)
returns app_public.ticket_scans
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_door app_private.door := app_private.open_door(
    scan_ticket.performance_id, scan_ticket.gate_id
  );
  v_admission app_private.admission;
  v_scan app_public.ticket_scans;
begin
  if length(scan_ticket.gate) > 50 or length(scan_ticket.device) > 100 then
    raise exception 'Names of gates have at most 50 characters, of devices 100.'
      using errcode = 'LMINP', detail = 'gate, device';
  end if;
  v_admission := app_private.admit(
    v_door, app_hidden.hash_token(scan_ticket.credential),
    coalesce(scan_ticket.direction, 'in'), now()
  );

  insert into app_public.ticket_scans (
    organization_id, performance_id, ticket_id, result, code, direction, gate, entry_gate_id,
    device, scanner_device_id, scanned_by
  )
  values (
    v_door.organization_id, v_door.performance_id, v_admission.ticket_id, v_admission.result,
    v_admission.code, coalesce(scan_ticket.direction, 'in'),
    coalesce(v_door.gate, scan_ticket.gate), v_door.gate_id,
    coalesce(v_door.device, scan_ticket.device), v_door.device_id, v_door.user_id
  )
  returning * into v_scan;
  return v_scan;
end
$$;

comment on function app_public.scan_ticket(
  uuid, text, text, text, uuid, app_public.scan_direction
) is
  'Lets the holder of a QR code in, or out. The result says why not, with the code LMTUS (used), '
  'LMTVD (canceled), LMTFO (another performance), LMTPD (postponed, without a day yet), LMTWG '
  '(another gate), LMTEX (it is over), LMTRP (replaced by another code), LMTDP (its payment is '
  'disputed), LMTNI (nobody is inside with it) or LMTUK (unknown); each attempt is recorded. For '
  'registered scanners, and members with tickets.scan. Raises LMNFD, LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.scan_ticket(
  uuid, text, text, text, uuid, app_public.scan_direction
) to lml_user;
