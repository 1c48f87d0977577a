-- Volatile, so that it sees what the write before it has waited for.
create or replace function app_private.refusal_of(
  door app_private.door, credential_hash bytea, direction app_public.scan_direction,
  at timestamptz
)
returns app_private.admission
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ticket record;
  v_admission app_private.admission;
begin
  -- Tickets of other organizations are simply unknown here.
  select t.*, c.version into v_ticket
  from app_private.ticket_credentials as c
  join app_public.tickets as t on t.organization_id = c.organization_id and t.id = c.ticket_id
  where c.credential_hash = refusal_of.credential_hash
    and c.organization_id = (refusal_of.door).organization_id;

  v_admission.code := case
    when v_ticket.id is null then 'LMTUK'
    when v_ticket.performance_id <> (refusal_of.door).performance_id and not exists (
      select from app_public.pass_dates as d
      where d.organization_id = v_ticket.organization_id
        and d.pass_id = v_ticket.performance_id
        and d.performance_id = (refusal_of.door).performance_id
    ) then 'LMTFO'
    when v_ticket.version <> v_ticket.credential_version then 'LMTRP'
    when (refusal_of.door).is_canceled or v_ticket.status not in ('valid', 'used') then 'LMTVD'
    when refusal_of.direction = 'out' then 'LMTNI'
    when v_ticket.is_disputed then 'LMTDP'
    when (refusal_of.door).opens_at > refusal_of.at then 'LMTPD'
    when (refusal_of.door).closes_at < refusal_of.at then 'LMTEX'
    when not app_private.leads_to(
      refusal_of.door, v_ticket.section, v_ticket.ticket_category_id
    ) then 'LMTWG'
    else 'LMTUS'
  end;
  v_admission.result := app_private.scan_result_of(v_admission.code);
  v_admission.ticket_id := v_ticket.id;
  return v_admission;
end
$$;

comment on function app_private.refusal_of(
  app_private.door, bytea, app_public.scan_direction, timestamptz
) is 'Why somebody is not let through a door.';
