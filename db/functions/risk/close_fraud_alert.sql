create or replace function app_private.close_fraud_alert(
  alert app_public.fraud_alerts, resolution app_public.fraud_resolution, note text
)
returns app_public.fraud_alerts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_alert app_public.fraud_alerts;
begin
  update app_public.fraud_alerts as a
  set status = case close_fraud_alert.resolution
      when 'confirmed' then 'resolved' else 'dismissed'
    end::app_public.fraud_alert_status,
    resolution = close_fraud_alert.resolution,
    resolved_by = app_hidden.current_user_id(),
    resolved_at = now()
  where a.id = (close_fraud_alert.alert).id
  returning * into v_alert;
  if close_fraud_alert.note is not null then
    perform app_private.write_fraud_alert_note(v_alert, close_fraud_alert.note);
  end if;
  update app_public.fraud_detection_rules as r
  set true_positives = r.true_positives + (close_fraud_alert.resolution = 'confirmed')::integer,
    false_positives
      = r.false_positives + (close_fraud_alert.resolution = 'false_positive')::integer
  where r.id = v_alert.rule_id;
  return v_alert;
end
$$;

comment on function app_private.close_fraud_alert(
  app_public.fraud_alerts, app_public.fraud_resolution, text
) is 'Ends an investigation, whose alert the caller has locked, and counts it for the rule.';
