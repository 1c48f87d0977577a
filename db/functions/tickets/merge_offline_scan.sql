-- What the scanner refused is only noted. Whom it let in counts as inside from then on, if the
-- ticket was still good; if not, it is a double, and the row of the scan says so to whoever looks
-- later. As in admit, what is written as "is true" is of no use to an index: before the first
-- statistics, a plan would read all that the scanner has told for each of its scans.
create or replace function app_private.merge_offline_scan(
  door app_private.door, scan app_private.offline_scan
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_door app_private.door := merge_offline_scan.door;
  v_scan app_private.offline_scan := merge_offline_scan.scan;
  v_direction app_public.scan_direction := coalesce(v_scan.direction, 'in');
  v_hash bytea := decode(v_scan.credential_hash, 'hex');
  v_gate app_public.entry_gates;
  v_admission app_private.admission;
begin
  insert into app_private.offline_scan_results (device_id, organization_id, scan_id)
  values (
    v_door.device_id, v_door.organization_id, v_scan.scan_id
  )
  on conflict do nothing;
  if not found then
    return;
  end if;

  select * into v_gate
  from app_public.entry_gates as g
  where g.id = v_scan.gate_id
    and g.organization_id = v_door.organization_id
    and g.venue_id = v_door.venue_id;
  if v_scan.result = 'success' then
    -- Whatever its clock shows: not before the code was made, and not after now.
    v_admission := app_private.admit(
      v_door, v_hash, v_direction,
      least(
        greatest(
          v_scan.scanned_at,
          (
            select c.created_at
            from app_private.ticket_credentials as c where c.credential_hash = v_hash
          )
        ),
        now()
      )
    );
  else
    v_admission := app_private.noted_refusal(v_door, v_scan);
  end if;

  insert into app_public.ticket_scans (
    organization_id, performance_id, ticket_id, result, code, direction, gate, entry_gate_id,
    device, scanner_device_id, offline_at, offline_result
  )
  values (
    v_door.organization_id, v_door.performance_id,
    v_admission.ticket_id, v_admission.result, v_admission.code, v_direction, v_gate.name,
    v_gate.id, v_door.device, v_door.device_id,
    v_scan.scanned_at, v_scan.result
  );
  update app_private.offline_scan_results as m
  set ticket_id = v_admission.ticket_id, result = v_admission.result, code = v_admission.code,
    is_double = v_direction = 'in' and v_scan.result = 'success'
      and v_admission.result <> 'success'
  where m.scan_id = v_scan.scan_id
    and (m.device_id = v_door.device_id) is true
    and (m.organization_id = v_door.organization_id) is true;
end
$$;

comment on function app_private.merge_offline_scan(app_private.door, app_private.offline_scan) is
  'Merges one offline scan, once.';
