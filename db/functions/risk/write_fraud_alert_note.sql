create or replace function app_private.write_fraud_alert_note(
  alert app_public.fraud_alerts, note text
)
returns app_public.fraud_alert_notes
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_note app_public.fraud_alert_notes;
  v_constraint text;
  v_column text;
begin
  insert into app_public.fraud_alert_notes (organization_id, alert_id, author_id, note)
  values (
    (write_fraud_alert_note.alert).organization_id, (write_fraud_alert_note.alert).id,
    app_hidden.current_user_id(), write_fraud_alert_note.note
  )
  returning * into v_note;
  return v_note;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_private.write_fraud_alert_note(app_public.fraud_alerts, text) is
  'Adds a note of the caller. Raises LMINP.';
