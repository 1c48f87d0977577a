-- The organizations are locked first, so that an event that is just being created is either seen
-- here, or sees the rule.
create or replace function app_hidden.tg_fraud_detection_rules__screen_holds()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if tg_when = 'BEFORE' then
    perform
    from app_public.organizations as o
    where new.organization_id is null or o.id = new.organization_id
    order by o.id
    for update;
    return new;
  end if;
  update app_public.events as e
  set screens_holds = app_private.screens_holds_of(e.organization_id)
  where (new.organization_id is null or e.organization_id = new.organization_id)
    and e.screens_holds <> app_private.screens_holds_of(e.organization_id);
  return null;
end
$$;

comment on function app_hidden.tg_fraud_detection_rules__screen_holds() is
  'Keeps events.screens_holds true.';

create or replace trigger _200_lock_organizations
  before insert or update of is_enabled, stage, organization_id on app_public.fraud_detection_rules
  for each row when (new.stage = 'hold')
  execute function app_hidden.tg_fraud_detection_rules__screen_holds();

create or replace trigger _500_screen_holds
  after insert or update of is_enabled, stage, organization_id on app_public.fraud_detection_rules
  for each row when (new.stage = 'hold')
  execute function app_hidden.tg_fraud_detection_rules__screen_holds();
