create or replace function app_private.due_waiting_lists()
returns uuid[]
language sql stable security definer set search_path = ''
as $$
  select coalesce(array_agg(distinct w.performance_id), '{}')
  from app_public.waiting_list_entries as w
  where w.ended_at is null
$$;

comment on function app_private.due_waiting_lists() is
  'The performances for which somebody waits, or has an offer.';
grant execute on function app_private.due_waiting_lists() to lml_worker;
