-- The key of the signature is the hash of the scanner's token, which the scanner can make too:
-- whoever changes the list where it is stored, and does not have the token, is found out.
create or replace function app_public.scan_list(performance_id uuid, gate_id uuid default null)
returns app_public.scan_list
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_door app_private.door := app_private.open_door(scan_list.performance_id, scan_list.gate_id);
  v_list app_public.scan_list;
begin
  perform app_private.require_scanner(v_door);
  -- An empty list would call each of the tickets unknown.
  if v_door.is_canceled or v_door.opens_at > now() then
    raise exception 'Nobody is let in: the performance is %.',
      case when v_door.is_canceled then 'canceled' else 'postponed, and has no day yet' end
      using errcode = 'LMEVT',
        detail = case when v_door.is_canceled then 'canceled' else 'postponed' end;
  end if;
  select jsonb_build_object(
    'format', 'lml-scan-list/1', 'performance_id', v_door.performance_id,
    'device_id', v_door.device_id, 'gate_id', v_door.gate_id,
    'issued_at', now(), 'closes_at', v_door.closes_at,
    'reentry_limit', app_private.reentry_limit_of(v_door),
    'tickets', coalesce(
      jsonb_agg(
        jsonb_build_array(
          encode(c.credential_hash, 'hex'), concat_ws(' ', t.section, t.row_name, t.seat_number),
          v_door.has_zone is not true
            or app_private.leads_to(v_door, t.section, t.ticket_category_id),
          case
            when is_pass then coalesce(d.entry_count - d.earlier_entries, 0)
            else t.entry_count - t.earlier_entries
          end,
          case when is_pass then coalesce(d.is_inside, false) else t.is_inside end
        ) order by c.credential_hash
      ),
      '[]'
    )
  )::text
  into strict v_list.document
  from app_public.tickets as t
  join app_private.ticket_credentials as c
    on c.organization_id = t.organization_id
    and c.ticket_id = t.id
    and c.version = t.credential_version
  cross join lateral (select t.performance_id <> v_door.performance_id) as p (is_pass)
  left join app_public.pass_entries as d
    on d.organization_id = t.organization_id
    and d.ticket_id = t.id
    and d.performance_id = v_door.performance_id
  where t.organization_id = v_door.organization_id
    and (
      t.performance_id = v_door.performance_id
      or t.performance_id in (select app_private.passes_for(v_door.performance_id))
    )
    and t.status in ('valid', 'used')
    and not t.is_disputed;

  select encode(
    public.hmac(convert_to(v_list.document, 'UTF8'), k.token_hash, 'sha256'), 'hex'
  )
  into strict v_list.signature
  from app_private.scanner_tokens as k
  where k.organization_id = v_door.organization_id and k.device_id = v_door.device_id;
  return v_list;
end
$$;

comment on function app_public.scan_list(uuid, uuid) is
  'What a registered scanner needs to scan a performance offline: the SHA-256 of each good code, '
  'and whether it may enter at this gate, signed. Raises LMDEV, LMEVT (canceled, or postponed '
  'without a day), LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.scan_list(uuid, uuid) to lml_user;
