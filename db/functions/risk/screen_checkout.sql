-- Nothing is raised here: what the rules found has to be there afterwards.
create or replace function app_private.screen_checkout(
  booking app_public.bookings, phone text default null
)
returns app_public.fraud_action
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := screen_checkout.booking;
  v_signal app_private.booking_signals;
  v_rules app_public.fraud_detection_rules[];
  v_assessment app_public.risk_assessments;
  v_alert_id uuid;
begin
  -- Whoever sells by telephone or at a counter sees the buyer.
  if v_booking.booking_channel in ('admin', 'phone') then
    return null;
  end if;
  v_signal := app_private.record_signal(
    v_booking.id, 'checkout', app_private.tickets_in(v_booking),
    screen_checkout.phone
  );
  v_rules := app_private.firing_rules(v_signal);
  if cardinality(v_rules) = 0 then
    return null;
  end if;

  insert into app_public.risk_assessments (organization_id, booking_id, score, action, factors)
  select
    v_booking.organization_id, v_booking.id,
    least(100, sum(app_hidden.points_of(r.severity))), max(r.action),
    jsonb_agg(
      jsonb_build_object(
        'ruleId', r.id, 'ruleName', r.rule_name, 'ruleType', r.rule_type,
        'severity', r.severity, 'action', r.action, 'points', app_hidden.points_of(r.severity)
      ) order by r.id
    )
  from unnest(v_rules) as r
  -- Of whoever went back to the cart, the newest checkout counts; an alert stays what it is.
  on conflict on constraint risk_assessments_are_one_per_booking do update
  set score = excluded.score, action = excluded.action, factors = excluded.factors,
    assessed_at = now()
  returning * into v_assessment;

  for v_alert_id in
    insert into app_public.fraud_alerts (
      organization_id, booking_id, rule_id, severity, action, risk_score
    )
    select
      v_booking.organization_id, v_booking.id, r.id, r.severity, r.action, v_assessment.score
    from unnest(v_rules) as r
    where r.action <> 'flag'
    on conflict on constraint fraud_alerts_are_one_per_rule do nothing
    returning id
  loop
    perform app_private.add_job(
      'fraud_alert__announce', jsonb_build_object('alert_id', v_alert_id)
    );
  end loop;
  return v_assessment.action;
end
$$;

comment on function app_private.screen_checkout(app_public.bookings, text) is
  'Records a checkout and asks the rules about it: the strongest action of those that fire, or '
  'null. Writes the assessment and the alerts.';
