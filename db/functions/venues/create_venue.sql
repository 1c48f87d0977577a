create or replace function app_public.create_venue(
  organization_id uuid, name text, slug text, timezone text, address jsonb default '{}',
  description text default null, idempotency_key text default null
)
returns app_public.venues
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
  v_venue app_public.venues;
  v_constraint text;
  v_column text;
begin
  perform app_hidden.require_permission(create_venue.organization_id, 'venues.manage');
  v_id := app_private.replay_result(
    create_venue.idempotency_key, 'create_venue',
    jsonb_build_array(
      create_venue.organization_id, create_venue.name, create_venue.slug, create_venue.timezone,
      create_venue.address, create_venue.description
    )
  );
  if v_id is null then
    insert into app_public.venues (organization_id, name, slug, timezone, address, description)
    values (
      create_venue.organization_id, create_venue.name, create_venue.slug, create_venue.timezone,
      coalesce(create_venue.address, '{}'), create_venue.description
    )
    on conflict on constraint venues_slug_is_unique do nothing
    returning id into v_id;
    if v_id is null then
      perform app_hidden.raise_slug_taken(create_venue.slug);
    end if;
    perform app_private.keep_result(create_venue.idempotency_key, v_id);
  end if;

  select * into strict v_venue from app_public.venues as v where v.id = v_id;
  return v_venue;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.create_venue(uuid, text, text, text, jsonb, text, text) is
  'A new venue. Needs venues.manage. Raises LMNFD, LMRGT, LMINP, LMSLG, LMTZN, LMIDK.';
grant execute on function app_public.create_venue(uuid, text, text, text, jsonb, text, text)
  to lml_user;
