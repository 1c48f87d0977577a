-- The delete is the lock: of two who bring the token at once, one finds it used. What was asked for
-- the same address before is void then: the last word counts, not the last click.
create or replace function app_public.confirm_guest_consent(token text)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_asked app_private.consent_tokens;
  v_consent app_public.consents;
begin
  delete from app_private.consent_tokens as t
  where t.token_hash = app_hidden.hash_token(confirm_guest_consent.token) and t.expires_at > now()
  returning * into v_asked;
  if v_asked.token_hash is null then
    perform app_private.raise_bad_link();
  end if;
  delete from app_private.consent_tokens as t
  where t.organization_id = v_asked.organization_id
    and t.email operator(public.=) v_asked.email
    and t.purpose = v_asked.purpose
    and t.created_at <= v_asked.created_at;
  v_consent.organization_id := v_asked.organization_id;
  v_consent.customer_id := app_private.find_or_create_customer(
    v_asked.organization_id, null, v_asked.email::text, null, null, null
  );
  v_consent.purpose := v_asked.purpose;
  v_consent.is_given := v_asked.is_given;
  v_consent.wording_version := v_asked.wording_version;
  v_consent.source := v_asked.source;
  v_consent := app_private.record_consent(v_consent);
  perform app_private.remember_language(v_consent.organization_id, v_consent.customer_id);
  return v_consent.is_given;
end
$$;

comment on function app_public.confirm_guest_consent(text) is
  'Makes what was asked for by request_guest_consent count; whoever has the token has the mailbox. '
  'Returns whether consent is in force now. Raises LMTOK.';
grant execute on function app_public.confirm_guest_consent(text) to lml_anonymous, lml_user;
