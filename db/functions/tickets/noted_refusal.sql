create or replace function app_private.noted_refusal(
  door app_private.door, scan app_private.offline_scan
)
returns app_private.admission
language sql stable security definer set search_path = ''
as $$
  select
    (
      select c.ticket_id from app_private.ticket_credentials as c
      where c.organization_id = (noted_refusal.door).organization_id
        and c.credential_hash = decode((noted_refusal.scan).credential_hash, 'hex')
    ),
    (noted_refusal.scan).result,
    case (noted_refusal.scan).result::text
      when 'already_scanned' then 'LMTUS'
      when 'canceled' then 'LMTVD'
      when 'wrong_event' then 'LMTFO'
      when 'expired' then 'LMTEX'
      when 'wrong_gate' then 'LMTWG'
      when 'disputed' then 'LMTDP'
      else 'LMTUK'
    end
$$;

comment on function app_private.noted_refusal(app_private.door, app_private.offline_scan) is
  'What is noted of somebody whom a scanner refused while offline.';
