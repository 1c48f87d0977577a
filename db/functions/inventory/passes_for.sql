create or replace function app_private.passes_for(performance_id uuid)
returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select d.pass_id
  from app_public.pass_dates as d where d.performance_id = passes_for.performance_id
$$;

comment on function app_private.passes_for(uuid) is 'The passes that let in at a performance.';
