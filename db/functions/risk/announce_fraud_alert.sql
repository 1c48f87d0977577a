-- Whoever listens to lml_fraud_alerts is told the id, and reads the rest with their own rights.
create or replace function app_private.announce_fraud_alert(alert_id uuid)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update app_public.fraud_alerts as a
  set announced_at = now()
  where a.id = announce_fraud_alert.alert_id and a.announced_at is null;
  if found then
    perform pg_notify('lml_fraud_alerts', announce_fraud_alert.alert_id::text);
    perform app_private.mail_fraud_alert(announce_fraud_alert.alert_id);
    return true;
  end if;
  return false;
end
$$;

comment on function app_private.announce_fraud_alert(uuid) is
  'Tells of an alert once, and mails who looks into them; false when it was told before.';
grant execute on function app_private.announce_fraud_alert(uuid) to lml_worker;
