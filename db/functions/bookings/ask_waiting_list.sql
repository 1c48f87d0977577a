create or replace function app_private.ask_waiting_list(performance_id uuid)
returns void
language sql volatile security definer set search_path = ''
as $$
  select app_private.add_job(
    'waiting_list__serve', jsonb_build_object('performance_id', ask_waiting_list.performance_id)
  )
  where exists (
    select from app_public.waiting_list_entries as w
    where w.performance_id = ask_waiting_list.performance_id and w.ended_at is null
  )
$$;

comment on function app_private.ask_waiting_list(uuid) is
  'Has whoever waits for places of a performance served at once, and not within a minute.';
