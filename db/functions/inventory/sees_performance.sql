-- What is public and to come, as most performances are, is decided by its own row. Part of the
-- statement that asks, so that a function is entered for the others only.
create or replace function app_hidden.sees_performance(
  performance_id uuid, is_public boolean, status app_public.performance_status
)
returns boolean
language sql stable
return (sees_performance.is_public and sees_performance.status = 'scheduled')
  or app_hidden.sees_other_performance(sees_performance.performance_id);

comment on function app_hidden.sees_performance(
  uuid, boolean, app_public.performance_status
) is 'Whether a performance is public, opened by the request, or the caller''s.';
