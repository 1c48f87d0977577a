-- Also about a closed alert: what is learned later belongs there, too.
create or replace function app_public.add_fraud_alert_note(alert_id uuid, note text)
returns app_public.fraud_alert_notes
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_alert app_public.fraud_alerts;
begin
  select * into v_alert
  from app_public.fraud_alerts as a where a.id = add_fraud_alert_note.alert_id;
  perform app_hidden.require_permission(v_alert.organization_id, 'risk.manage');
  return app_private.write_fraud_alert_note(v_alert, add_fraud_alert_note.note);
end
$$;

comment on function app_public.add_fraud_alert_note(uuid, text) is
  'Adds a note to an alert; nobody can change it later. Needs risk.manage. '
  'Raises LMNFD, LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.add_fraud_alert_note(uuid, text) to lml_user;
