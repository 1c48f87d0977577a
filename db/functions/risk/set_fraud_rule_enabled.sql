create or replace function app_public.set_fraud_rule_enabled(rule_id uuid, is_enabled boolean)
returns app_public.fraud_detection_rules
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_rule app_public.fraud_detection_rules;
begin
  select * into v_rule
  from app_public.fraud_detection_rules as r where r.id = set_fraud_rule_enabled.rule_id;
  if not found then
    perform app_hidden.require_user_id();
    raise exception 'There is no such thing, or it is not yours.' using errcode = 'LMNFD';
  end if;
  perform app_hidden.require_rule_keeper(v_rule.organization_id);
  if set_fraud_rule_enabled.is_enabled is null then
    perform app_hidden.raise_bad_input('', 'is_enabled');
  end if;
  update app_public.fraud_detection_rules as r
  set is_enabled = set_fraud_rule_enabled.is_enabled
  where r.id = v_rule.id
  returning * into v_rule;
  return v_rule;
end
$$;

comment on function app_public.set_fraud_rule_enabled(uuid, boolean) is
  'Enables or disables a rule. Needs risk.manage, or the platform''s security staff for a rule of '
  'the platform. Raises LMNFD, LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.set_fraud_rule_enabled(uuid, boolean) to lml_user;
