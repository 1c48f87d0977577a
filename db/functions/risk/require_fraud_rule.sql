-- The same as the constraints of the table, for a rule that is only tried.
create or replace function app_hidden.require_fraud_rule(rule app_public.fraud_detection_rules)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  if rule.rule_type is null or rule.stage is null then
    perform app_hidden.raise_bad_input('', 'rule_type');
  end if;
  if rule.rule_type = 'amount' then
    if coalesce(rule.amount_cents < 1, true) then
      perform app_hidden.raise_bad_input('', 'amount_cents');
    end if;
    if rule.amount_currency is null then
      perform app_hidden.raise_bad_input('', 'amount_currency');
    end if;
  elsif rule.rule_type not in ('geography_mismatch', 'disposable_email') then
    if coalesce(rule.trigger_count < 1, true) then
      perform app_hidden.raise_bad_input('', 'trigger_count');
    end if;
    if coalesce(rule.window_seconds not between 1 and 31536000, true) then
      perform app_hidden.raise_bad_input('', 'window_seconds');
    end if;
  end if;
end
$$;

comment on function app_hidden.require_fraud_rule(app_public.fraud_detection_rules) is
  'Raises LMINP when a rule lacks what its type needs.';
