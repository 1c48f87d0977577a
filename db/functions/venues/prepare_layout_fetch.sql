create or replace function app_private.prepare_layout_fetch(fetch_id uuid)
returns jsonb
language sql volatile security definer set search_path = ''
as $$
  update app_public.layout_fetches as f
  set attempt_count = f.attempt_count + 1
  where f.id = prepare_layout_fetch.fetch_id and f.status = 'pending'
  returning jsonb_build_object('url', f.url, 'attempts', f.attempt_count)
$$;

comment on function app_private.prepare_layout_fetch(uuid) is
  'What to fetch, counted as an attempt; null when it was done or given up.';
grant execute on function app_private.prepare_layout_fetch(uuid) to lml_worker;
