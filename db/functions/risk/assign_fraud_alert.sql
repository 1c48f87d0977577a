create or replace function app_public.assign_fraud_alert(alert_id uuid, user_id uuid default null)
returns app_public.fraud_alerts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_alert app_public.fraud_alerts := app_private.lock_fraud_alert(assign_fraud_alert.alert_id);
begin
  if assign_fraud_alert.user_id is not null
    and 'risk.read' <> all (
      app_private.permissions_of(v_alert.organization_id, assign_fraud_alert.user_id)
    )
  then
    raise exception 'Only a member who sees alerts can look into one.'
      using errcode = 'LMINP', detail = 'user_id';
  end if;
  update app_public.fraud_alerts as a
  set assigned_to = assign_fraud_alert.user_id,
    status = case when assign_fraud_alert.user_id is null then 'open' else 'assigned' end
      ::app_public.fraud_alert_status
  where a.id = v_alert.id
  returning * into v_alert;
  return v_alert;
end
$$;

comment on function app_public.assign_fraud_alert(uuid, uuid) is
  'Gives an alert to a member with risk.read, or back when user_id is null. Needs risk.manage. '
  'Raises LMNFD, LMRGT, LMALC (it is closed), LMINP (no such member), LMAUT, LMSES.';
grant execute on function app_public.assign_fraud_alert(uuid, uuid) to lml_user;
