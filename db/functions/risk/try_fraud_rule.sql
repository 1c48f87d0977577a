create or replace function app_public.try_fraud_rule(
  organization_id uuid, since timestamptz, until timestamptz, rule_id uuid default null,
  rule_type app_public.fraud_rule_type default null, trigger_count integer default null,
  window_seconds integer default null, amount_cents bigint default null,
  amount_currency text default null, stage app_public.fraud_stage default 'checkout'
)
returns setof app_public.fraud_rule_catch
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_rule app_public.fraud_detection_rules;
begin
  perform app_hidden.require_permission(try_fraud_rule.organization_id, 'risk.read');
  if try_fraud_rule.rule_id is null then
    v_rule.rule_type := try_fraud_rule.rule_type;
    v_rule.stage := try_fraud_rule.stage;
    v_rule.trigger_count := try_fraud_rule.trigger_count;
    v_rule.window_seconds := try_fraud_rule.window_seconds;
    v_rule.amount_cents := try_fraud_rule.amount_cents;
    v_rule.amount_currency := try_fraud_rule.amount_currency;
    perform app_hidden.require_fraud_rule(v_rule);
  else
    select * into v_rule
    from app_public.fraud_detection_rules as r
    where r.id = try_fraud_rule.rule_id
      and (
        r.organization_id = try_fraud_rule.organization_id
        -- Whoever tries a rule learns its thresholds: the policy of the table says who may.
        or r.organization_id is null
          and exists (
            select from app_public.organizations as o
            where o.id = try_fraud_rule.organization_id and o.verification_status = 'verified'
          )
      );
    if not found then
      raise exception 'There is no such rule, or it is not yours.'
        using errcode = 'LMNFD', detail = 'rule_id';
    end if;
  end if;
  if coalesce(
    try_fraud_rule.since >= try_fraud_rule.until
      or try_fraud_rule.until - try_fraud_rule.since > interval '366 days',
    true
  ) then
    raise exception 'The time to look at begins before it ends, and is a year at most.'
      using errcode = 'LMINP', detail = 'since';
  end if;

  return query
    select b.id, b.booking_reference, b.status, min(s.occurred_at)
    from app_private.booking_signals as s
    join app_public.bookings as b on b.organization_id = s.organization_id and b.id = s.booking_id
    where s.organization_id = try_fraud_rule.organization_id
      and s.stage = v_rule.stage
      and s.occurred_at >= try_fraud_rule.since
      and s.occurred_at < try_fraud_rule.until
      and app_private.rule_catches(v_rule, s)
    group by b.organization_id, b.id
    order by min(s.occurred_at), b.id;
end
$$;

comment on function app_public.try_fraud_rule(
  uuid, timestamptz, timestamptz, uuid, app_public.fraud_rule_type, integer, integer, bigint,
  text, app_public.fraud_stage
) is
  'The bookings that a rule would have caught between two moments, and changes nothing: a rule '
  'that is there by rule_id (the platform''s only for organizations that it has verified), or one '
  'that is not, by its type and thresholds. Needs risk.read. '
  'Raises LMNFD, LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.try_fraud_rule(
  uuid, timestamptz, timestamptz, uuid, app_public.fraud_rule_type, integer, integer, bigint,
  text, app_public.fraud_stage
) to lml_user;
