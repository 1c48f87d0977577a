-- The hash is checked here, whatever the worker thinks: store_layout takes no document without it.
create or replace function app_private.record_layout_fetched(fetch_id uuid, document text)
returns app_public.layout_fetch_status
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_fetch app_public.layout_fetches;
  v_layout app_public.venue_layouts;
begin
  -- The venue first, as store_layout locks it.
  perform from app_public.layout_fetches as f
  join app_public.venues as v on v.organization_id = f.organization_id and v.id = f.venue_id
  where f.id = record_layout_fetched.fetch_id
  for no key update of v;
  select * into v_fetch
  from app_public.layout_fetches as f
  where f.id = record_layout_fetched.fetch_id
  for no key update;
  if v_fetch.status is distinct from 'pending' then
    return v_fetch.status;
  end if;

  begin
    -- Layouts become public, and what follows the question mark may be a signature.
    v_layout := app_private.store_layout(
      v_fetch.venue_id, record_layout_fetched.document, v_fetch.expected_sha256, 'cdn',
      split_part(v_fetch.url, '?', 1)
    );
  exception
    -- What the document says will not change by trying again.
    when sqlstate 'LMHSH' or sqlstate 'LMLAY' or sqlstate 'LMXYR' or sqlstate 'LMDUP' then
      perform app_private.record_layout_fetch_failure(v_fetch.id, sqlstate, sqlerrm, true);
      return 'failed';
  end;
  update app_public.layout_fetches as f
  set status = 'succeeded', layout_id = v_layout.id, finished_at = now(),
    error_code = null, error_message = null
  where f.id = v_fetch.id;
  return 'succeeded';
end
$$;

comment on function app_private.record_layout_fetched(uuid, text) is
  'Imports a document that was fetched, if it has the hash that was asked for, or remembers why '
  'not.';
grant execute on function app_private.record_layout_fetched(uuid, text) to lml_worker;
