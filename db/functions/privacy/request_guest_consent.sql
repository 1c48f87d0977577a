-- The answer is the same whether the address is known or not: what there is to say goes to the
-- mailbox, and nothing counts before it has answered.
create or replace function app_public.request_guest_consent(
  organization_id uuid, email text, purpose app_public.consent_purpose, is_given boolean,
  wording_version text
)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_token text := app_public.create_cart_token();
  v_organization app_public.organizations;
  v_constraint text;
  v_column text;
begin
  perform app_private.require_buyer();
  perform app_hidden.refuse_impersonator();
  select * into v_organization
  from app_public.organizations as o
  where o.id = request_guest_consent.organization_id and o.status = 'active';
  if v_organization.id is null then
    raise exception 'There is no such organization.'
      using errcode = 'LMNFD', detail = 'organization_id';
  end if;
  insert into app_private.consent_tokens (
    token_hash, organization_id, email, purpose, is_given, wording_version, source, expires_at
  )
  values (
    app_hidden.hash_token(v_token), v_organization.id,
    request_guest_consent.email::public.citext, request_guest_consent.purpose,
    request_guest_consent.is_given, request_guest_consent.wording_version,
    app_hidden.current_channel()::text, now() + interval '2 days'
  );
  if not app_private.mail_sparingly(
    request_guest_consent.email,
    case when request_guest_consent.is_given then 'consent_given' else 'consent_withdrawn' end,
    jsonb_build_object('organization', v_organization.name, 'token', v_token),
    v_organization.id, array['consent_given', 'consent_withdrawn']
  ) then
    delete from app_private.consent_tokens as t
    where t.token_hash = app_hidden.hash_token(v_token);
  end if;
  return true;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.request_guest_consent(
  uuid, text, app_public.consent_purpose, boolean, text
) is
  'Agrees to, or withdraws, marketing or a newsletter of an organization for an e-mail address '
  'without an account: it counts once confirm_guest_consent has the token that is mailed there. '
  'For guests with a cart token, and users. Raises LMINP, LMNFD, LMCRT, LMSES, LMIMP.';
grant execute on function app_public.request_guest_consent(
  uuid, text, app_public.consent_purpose, boolean, text
) to lml_anonymous, lml_user;
