create or replace function app_private.waiting_offer_time(organization_id uuid)
returns interval
language sql stable security definer set search_path = ''
as $$
  select make_interval(secs => s.waiting_offer_seconds)
  from app_public.organization_settings as s
  where s.organization_id = waiting_offer_time.organization_id
$$;

comment on function app_private.waiting_offer_time(uuid) is
  'How long an organization keeps places for whoever waited for them.';
