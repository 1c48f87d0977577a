create or replace function app_private.notice_words(notice app_private.performance_notices)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_strip_nulls(jsonb_build_object(
    'event', e.title,
    'organization', o.name,
    'contact', o.email,
    'startsAt', app_hidden.local_time((notice_words.notice).old_starts_at, z.zone),
    'newStartsAt', app_hidden.local_time((notice_words.notice).new_starts_at, z.zone),
    'refundsUntil', app_hidden.local_time((notice_words.notice).refunds_until, z.zone),
    'reason', (notice_words.notice).reason
  ))
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  join app_public.organizations as o on o.id = e.organization_id
  cross join lateral (select app_hidden.timezone_of(e) as zone) as z
  where p.organization_id = (notice_words.notice).organization_id
    and p.id = (notice_words.notice).performance_id
$$;

comment on function app_private.notice_words(app_private.performance_notices) is
  'What mails say of a change of a performance.';
