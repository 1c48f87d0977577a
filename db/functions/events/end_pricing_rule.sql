create or replace function app_public.end_pricing_rule(pricing_rule_id uuid)
returns app_public.pricing_rules
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_rule app_public.pricing_rules;
begin
  perform app_private.lock_category_event((
    select r.ticket_category_id from app_public.pricing_rules as r
    where r.id = end_pricing_rule.pricing_rule_id
  ));
  update app_public.pricing_rules as r
  set ended_at = coalesce(r.ended_at, now())
  where r.id = end_pricing_rule.pricing_rule_id
  returning * into v_rule;
  return v_rule;
end
$$;

comment on function app_public.end_pricing_rule(uuid) is
  'New holds are not priced by it any more. Needs events.manage. Raises LMNFD, LMRGT.';
grant execute on function app_public.end_pricing_rule(uuid) to lml_user;
