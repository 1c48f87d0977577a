create or replace function app_private.lock_fraud_alert(alert_id uuid)
returns app_public.fraud_alerts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_alert app_public.fraud_alerts;
begin
  -- Asked before it is locked: a stranger must not make anybody wait.
  perform app_hidden.require_permission(
    (
      select a.organization_id
      from app_public.fraud_alerts as a where a.id = lock_fraud_alert.alert_id
    ),
    'risk.manage'
  );
  select * into strict v_alert
  from app_public.fraud_alerts as a where a.id = lock_fraud_alert.alert_id
  for no key update;
  if v_alert.status not in ('open', 'assigned') then
    raise exception 'The alert is %.', v_alert.status
      using errcode = 'LMALC', detail = v_alert.status::text;
  end if;
  return v_alert;
end
$$;

comment on function app_private.lock_fraud_alert(uuid) is
  'An open alert, locked, for members with risk.manage. Raises LMAUT, LMSES, LMRGT, LMNFD, LMALC.';
