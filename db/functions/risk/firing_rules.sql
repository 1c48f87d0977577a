-- In plpgsql, whose plans outlive the call.
create or replace function app_private.firing_rules(signal app_private.booking_signals)
returns app_public.fraud_detection_rules[]
language plpgsql stable security definer
set search_path = '' set plan_cache_mode = force_generic_plan
as $$
begin
  return array(
    select r
    from app_public.fraud_detection_rules as r
    where r.is_enabled
      and r.stage = signal.stage
      and (r.organization_id is null or r.organization_id = signal.organization_id)
      and app_private.rule_catches(r, signal)
    order by r.id
  );
end
$$;

comment on function app_private.firing_rules(app_private.booking_signals) is
  'The enabled rules of the platform and of the organization that fire.';
