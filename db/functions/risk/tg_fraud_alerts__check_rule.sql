-- A foreign key cannot say it: a rule of the platform has no organization.
create or replace function app_hidden.tg_fraud_alerts__check_rule()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if not exists (
    select
    from app_public.fraud_detection_rules as r
    where r.id = new.rule_id
      and (r.organization_id is null or r.organization_id = new.organization_id)
  ) then
    raise exception 'The rule is another organization''s.' using errcode = 'LMNFD';
  end if;
  return new;
end
$$;

comment on function app_hidden.tg_fraud_alerts__check_rule() is 'Raises LMNFD.';

create or replace trigger _200_check_rule
  before insert or update of rule_id, organization_id on app_public.fraud_alerts
  for each row execute function app_hidden.tg_fraud_alerts__check_rule();
