create or replace function app_private.record_layout_fetch_failure(
  fetch_id uuid, code text, message text, is_final boolean
)
returns void
language sql volatile security definer set search_path = ''
as $$
  update app_public.layout_fetches as f
  set error_code = left(record_layout_fetch_failure.code, 20),
    error_message = left(record_layout_fetch_failure.message, 500),
    status = case when record_layout_fetch_failure.is_final then 'failed' else f.status end,
    finished_at = case when record_layout_fetch_failure.is_final then now() end
  where f.id = record_layout_fetch_failure.fetch_id and f.status = 'pending'
$$;

comment on function app_private.record_layout_fetch_failure(uuid, text, text, boolean) is
  'Remembers why an attempt failed, and whether it was the last one.';
grant execute on function app_private.record_layout_fetch_failure(uuid, text, text, boolean)
  to lml_worker;
