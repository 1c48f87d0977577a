-- Each alert at once and by itself: it waits for a person. The mail names the booking and no buyer.
create or replace function app_private.mail_fraud_alert(alert_id uuid)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_alert record;
  v_email text;
  v_count integer := 0;
begin
  select a.organization_id, a.severity, r.rule_name, b.booking_reference, o.name into v_alert
  from app_public.fraud_alerts as a
  join app_public.fraud_detection_rules as r on r.id = a.rule_id
  join app_public.organizations as o on o.id = a.organization_id
  left join app_public.bookings as b
    on b.organization_id = a.organization_id and b.id = a.booking_id
  where a.id = mail_fraud_alert.alert_id;
  for v_email in
    select u.email
    from app_public.organization_members as m
    join app_public.users as u on u.id = m.user_id
    where m.organization_id = v_alert.organization_id
      and 'risk.manage' = any (app_private.permissions_of(m.organization_id, m.user_id))
    order by u.email
  loop
    perform app_private.queue_email(
      v_email, 'fraud_alert', jsonb_strip_nulls(jsonb_build_object(
        'organization', v_alert.name, 'severity', v_alert.severity, 'rule', v_alert.rule_name,
        'booking', v_alert.booking_reference
      ))
    );
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;

comment on function app_private.mail_fraud_alert(uuid) is
  'Mails an alert to the members who may close it (risk.manage); returns how many.';
