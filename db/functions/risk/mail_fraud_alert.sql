-- Each alert at once and by itself: it waits for a person. The mail names the booking and no buyer.
create or replace function app_private.mail_fraud_alert(alert_id uuid)
returns integer
language sql volatile security definer set search_path = ''
as $$
  select app_private.mail_members(
    a.organization_id, 'risk.manage', 'fraud_alert', jsonb_build_object(
      'organization', o.name, 'severity', a.severity, 'rule', r.rule_name,
      'booking', b.booking_reference
    )
  )
  from app_public.fraud_alerts as a
  join app_public.fraud_detection_rules as r on r.id = a.rule_id
  join app_public.organizations as o on o.id = a.organization_id
  left join app_public.bookings as b
    on b.organization_id = a.organization_id and b.id = a.booking_id
  where a.id = mail_fraud_alert.alert_id
$$;

comment on function app_private.mail_fraud_alert(uuid) is
  'Mails an alert to the members who may close it (risk.manage); returns how many.';
