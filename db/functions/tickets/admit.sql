-- Decides about one code at one door. A refusal is a result, not an exception: raising would undo the
-- record of the attempt.
create or replace function app_private.admit(
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
  select t.id, t.performance_id, t.section, t.ticket_category_id, c.version into v_ticket
  from app_private.ticket_credentials as c
  join app_public.tickets as t on t.organization_id = c.organization_id and t.id = c.ticket_id
  where c.credential_hash = admit.credential_hash
    and c.organization_id = (admit.door).organization_id;

  v_admission.ticket_id := v_ticket.id;
  if v_ticket.id is null then
    v_admission.result := 'invalid';
    v_admission.code := 'LMTUK';
  elsif v_ticket.performance_id <> (admit.door).performance_id then
    v_admission.result := 'wrong_event';
    v_admission.code := 'LMTFO';
  elsif (admit.door).is_canceled then
    v_admission.result := 'canceled';
    v_admission.code := 'LMTVD';
  elsif admit.direction = 'in' and (admit.door).closes_at < admit.at then
    v_admission.result := 'expired';
    v_admission.code := 'LMTEX';
  elsif (admit.door).has_zone is true
    and not app_private.leads_to(admit.door, v_ticket.section, v_ticket.ticket_category_id)
  then
    v_admission.result := 'wrong_gate';
    v_admission.code := 'LMTWG';
  else
    v_admission := app_private.use_ticket(
      (admit.door).organization_id, v_ticket.id, v_ticket.version, (admit.door).reentry_limit,
      admit.direction, admit.at
    );
  end if;
  return v_admission;
end
$$;

comment on function app_private.admit(
  app_private.door, bytea, app_public.scan_direction, timestamptz
) is 'Lets the holder of a credential through a door, or says why not.';
