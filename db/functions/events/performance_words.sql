create or replace function app_private.performance_words(
  organization_id uuid, performance_id uuid
)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'event', e.title,
    'startsAt', app_hidden.local_time(
      p.starts_at, coalesce(app_hidden.timezone_of(e), 'UTC')
    ),
    'organization', o.name,
    'contact', o.email
  ) || app_private.place_words(p.id)
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  join app_public.organizations as o on o.id = p.organization_id
  where p.organization_id = performance_words.organization_id
    and p.id = performance_words.performance_id
$$;

comment on function app_private.performance_words(uuid, uuid) is
  'What mails say of a performance.';
