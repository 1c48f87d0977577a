create or replace function app_public.update_organization(
  organization_id uuid, name text default null, slug text default null, email text default null,
  phone text default null, website text default null, default_currency text default null,
  address jsonb default null, logo_url text default null, primary_color text default null,
  secondary_color text default null, custom_domain text default null,
  refund_policy text default null, privacy_policy_url text default null,
  terms_of_service_url text default null
)
returns app_public.organizations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization app_public.organizations := app_private.lock_organization(
    update_organization.organization_id, 'organization.manage'
  );
  v_constraint text;
  v_column text;
begin
  if update_organization.default_currency is not null then
    perform app_hidden.require_currency(update_organization.default_currency);
  end if;
  update app_public.organizations as o
  set name = coalesce(update_organization.name, o.name),
    slug = coalesce(update_organization.slug, o.slug),
    email = coalesce(update_organization.email::public.citext, o.email),
    default_currency = coalesce(update_organization.default_currency, o.default_currency),
    address = coalesce(update_organization.address, o.address),
    phone = nullif(coalesce(update_organization.phone, o.phone), ''),
    website = nullif(coalesce(update_organization.website, o.website), ''),
    logo_url = nullif(coalesce(update_organization.logo_url, o.logo_url), ''),
    primary_color = nullif(coalesce(lower(update_organization.primary_color), o.primary_color), ''),
    secondary_color = nullif(
      coalesce(lower(update_organization.secondary_color), o.secondary_color), ''
    ),
    custom_domain = nullif(coalesce(lower(update_organization.custom_domain), o.custom_domain), ''),
    refund_policy = nullif(coalesce(update_organization.refund_policy, o.refund_policy), ''),
    privacy_policy_url = nullif(
      coalesce(update_organization.privacy_policy_url, o.privacy_policy_url), ''
    ),
    terms_of_service_url = nullif(
      coalesce(update_organization.terms_of_service_url, o.terms_of_service_url), ''
    )
  where o.id = v_organization.id
  returning * into v_organization;
  return v_organization;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when unique_violation then
    perform app_hidden.raise_slug_taken(update_organization.slug);
end
$$;

comment on function app_public.update_organization(
  uuid, text, text, text, text, text, text, jsonb, text, text, text, text, text, text, text
) is
  'Changes the public profile: null leaves a value as it is, an empty text removes it. Events '
  'keep their currency. Another name ends a verification. Needs organization.manage. Raises '
  'LMNFD, LMRGT, LMINP, LMSLG, LMCUR.';
grant execute on function app_public.update_organization(
  uuid, text, text, text, text, text, text, jsonb, text, text, text, text, text, text, text
) to lml_user;
