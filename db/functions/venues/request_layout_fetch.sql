create or replace function app_public.request_layout_fetch(
  venue_id uuid, url text, sha256 text, idempotency_key text default null
)
returns app_public.layout_fetches
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization_id uuid;
  v_id uuid;
  v_fetch app_public.layout_fetches;
  v_constraint text;
  v_column text;
begin
  select v.organization_id into v_organization_id
  from app_public.venues as v where v.id = request_layout_fetch.venue_id;
  perform app_hidden.require_venue_permission(
    v_organization_id, request_layout_fetch.venue_id, 'venues.manage'
  );
  v_id := app_private.replay_result(
    request_layout_fetch.idempotency_key, 'request_layout_fetch',
    jsonb_build_array(
      request_layout_fetch.venue_id, request_layout_fetch.url, request_layout_fetch.sha256
    )
  );
  if v_id is null then
    -- Somebody else's server is not to be asked without end in our name.
    if (
      select count(*) from app_public.layout_fetches as f
      where f.organization_id = v_organization_id
        and f.venue_id = request_layout_fetch.venue_id
        and f.status = 'pending'
    ) >= 5 then
      raise exception 'Five layouts are being fetched for this venue already.'
        using errcode = 'LMINP', detail = 'venue_id', hint = 'Wait until they have arrived.';
    end if;
    insert into app_public.layout_fetches (organization_id, venue_id, url, expected_sha256)
    values (
      v_organization_id, request_layout_fetch.venue_id, request_layout_fetch.url,
      request_layout_fetch.sha256
    )
    returning id into v_id;
    perform app_private.add_job('layout__fetch', jsonb_build_object('fetch_id', v_id));
    perform app_private.keep_result(request_layout_fetch.idempotency_key, v_id);
  end if;

  select * into strict v_fetch from app_public.layout_fetches as f where f.id = v_id;
  return v_fetch;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.request_layout_fetch(uuid, text, text, text) is
  'Has the worker fetch a layout document from an https address, such as a CDN''s, and import it '
  'if its SHA-256 is the one given. The answer tells what became of it, later. Needs '
  'venues.manage. Raises LMNFD, LMRGT, LMINP, LMIDK.';
grant execute on function app_public.request_layout_fetch(uuid, text, text, text) to lml_user;
