create or replace function app_public.create_organization(
  name text, slug text, email text, default_currency text default 'USD',
  idempotency_key text default null
)
returns app_public.organizations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
  v_id uuid;
  v_organization app_public.organizations;
  v_constraint text;
  v_column text;
begin
  v_id := app_private.replay_result(
    create_organization.idempotency_key, 'create_organization',
    jsonb_build_array(
      create_organization.name, create_organization.slug, create_organization.email,
      create_organization.default_currency
    )
  );
  if v_id is null then
    perform app_hidden.require_currency(create_organization.default_currency);
    insert into app_public.organizations (name, slug, email, default_currency)
    values (
      create_organization.name, create_organization.slug, create_organization.email::public.citext,
      create_organization.default_currency
    )
    on conflict on constraint organizations_slug_is_unique do nothing
    returning id into v_id;
    if v_id is null then
      perform app_hidden.raise_slug_taken(create_organization.slug);
    end if;
    insert into app_public.organization_settings (organization_id) values (v_id);
    insert into app_public.organization_members (organization_id, user_id, role)
    values (v_id, v_user_id, 'owner');
    perform app_private.keep_result(create_organization.idempotency_key, v_id);
  end if;

  select * into strict v_organization from app_public.organizations where id = v_id;
  return v_organization;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.create_organization(text, text, text, text, text) is
  'A new organization whose owner is the caller. Raises LMAUT, LMSES, LMINP, LMSLG (slug taken), '
  'LMCUR (unknown currency), LMIDK.';
grant execute on function app_public.create_organization(text, text, text, text, text)
  to lml_user;
