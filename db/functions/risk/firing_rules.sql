create or replace function app_private.firing_rules(signal app_private.booking_signals)
returns setof app_public.fraud_detection_rules
language sql stable security definer set search_path = ''
as $$
  select r.*
  from app_public.fraud_detection_rules as r
  where r.is_enabled
    and r.stage = (firing_rules.signal).stage
    and (r.organization_id is null or r.organization_id = (firing_rules.signal).organization_id)
    and app_private.rule_catches(r, firing_rules.signal)
  order by r.id
$$;

comment on function app_private.firing_rules(app_private.booking_signals) is
  'The enabled rules of the platform and of the organization that fire.';
