-- The organization is locked, so that two events that are published at once are counted one after
-- the other. A publication counts in its month for ever, whatever becomes of the event.
create or replace function app_private.require_event_limit(organization_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_limit integer;
  v_published bigint;
begin
  select coalesce(s.monthly_event_limit, t.monthly_event_limit) into strict v_limit
  from app_public.organization_settings as s
  join app_public.subscription_tiers as t on t.tier = s.subscription_tier
  where s.organization_id = require_event_limit.organization_id;
  if v_limit is null then
    return;
  end if;
  select count(*) into v_published
  from app_public.events as e
  where e.organization_id = require_event_limit.organization_id
    and e.published_at >= date_trunc('month', now(), 'UTC');
  if v_published >= v_limit then
    raise exception 'The plan allows % events a month.', v_limit
      using errcode = 'LMLIM', detail = 'monthly_event_limit',
        hint = 'Publish next month, or take another plan.';
  end if;
end
$$;

comment on function app_private.require_event_limit(uuid) is
  'Raises LMLIM when an organization, which is locked, has published what its plan allows.';
