create or replace function app_hidden.visible_performance(performance_id uuid)
returns app_public.performances
language sql stable security definer set search_path = ''
as $$
  select p.*
  from app_public.performances as p
  where p.id = visible_performance.performance_id
    and app_hidden.sees_performance(p.id, p.is_public, p.status)
$$;

comment on function app_hidden.visible_performance(uuid) is
  'A performance, if it is public, opened by the request, or the caller''s.';
