create or replace function app_public.create_fraud_rule(
  rule_name text, rule_type app_public.fraud_rule_type, severity app_public.fraud_severity,
  action app_public.fraud_action, organization_id uuid default null,
  trigger_count integer default null, window_seconds integer default null,
  amount_cents bigint default null, amount_currency text default null,
  stage app_public.fraud_stage default 'checkout', description text default null,
  is_enabled boolean default true, idempotency_key text default null
)
returns app_public.fraud_detection_rules
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
  v_rule app_public.fraud_detection_rules;
  v_constraint text;
  v_column text;
begin
  perform app_hidden.require_rule_keeper(create_fraud_rule.organization_id);
  v_id := app_private.replay_result(
    create_fraud_rule.idempotency_key, 'create_fraud_rule',
    jsonb_build_array(
      create_fraud_rule.rule_name, create_fraud_rule.rule_type, create_fraud_rule.severity,
      create_fraud_rule.action, create_fraud_rule.organization_id,
      create_fraud_rule.trigger_count, create_fraud_rule.window_seconds,
      create_fraud_rule.amount_cents, create_fraud_rule.amount_currency, create_fraud_rule.stage,
      create_fraud_rule.description, create_fraud_rule.is_enabled
    )
  );
  if v_id is null then
    if create_fraud_rule.amount_currency is not null then
      perform app_hidden.require_currency(create_fraud_rule.amount_currency);
    end if;
    insert into app_public.fraud_detection_rules (
      organization_id, rule_name, description, rule_type, stage, severity, action, trigger_count,
      window_seconds, amount_cents, amount_currency, is_enabled, created_by
    )
    values (
      create_fraud_rule.organization_id, create_fraud_rule.rule_name,
      create_fraud_rule.description, create_fraud_rule.rule_type, create_fraud_rule.stage,
      create_fraud_rule.severity, create_fraud_rule.action, create_fraud_rule.trigger_count,
      create_fraud_rule.window_seconds, create_fraud_rule.amount_cents,
      create_fraud_rule.amount_currency, create_fraud_rule.is_enabled, app_hidden.current_user_id()
    )
    on conflict on constraint fraud_rules_name_is_unique do nothing
    returning id into v_id;
    if v_id is null then
      perform app_hidden.raise_bad_input('fraud_rules_name_is_unique', null);
    end if;
    perform app_private.keep_result(create_fraud_rule.idempotency_key, v_id);
  end if;

  select * into strict v_rule from app_public.fraud_detection_rules as r where r.id = v_id;
  return v_rule;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.create_fraud_rule(
  text, app_public.fraud_rule_type, app_public.fraud_severity, app_public.fraud_action, uuid,
  integer, integer, bigint, text, app_public.fraud_stage, text, boolean, text
) is
  'A new rule of an organization (needs risk.manage), or of the platform for all of them (without '
  'organization_id; needs the platform''s security staff). Raises LMNFD, LMRGT, LMINP, LMCUR, '
  'LMIDK, LMAUT, LMSES.';
grant execute on function app_public.create_fraud_rule(
  text, app_public.fraud_rule_type, app_public.fraud_severity, app_public.fraud_action, uuid,
  integer, integer, bigint, text, app_public.fraud_stage, text, boolean, text
) to lml_user;
