create or replace function app_public.give_consent(
  purpose app_public.consent_purpose, wording_version text, organization_id uuid default null
)
returns app_public.consents
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_consent app_public.consents := app_private.own_consent(
    give_consent.organization_id, give_consent.purpose
  );
begin
  v_consent.is_given := true;
  v_consent.wording_version := give_consent.wording_version;
  return app_private.record_consent(v_consent);
end
$$;

comment on function app_public.give_consent(app_public.consent_purpose, text, uuid) is
  'Agrees to a purpose in the wording that was shown, towards an organization or the platform. '
  'Raises LMINP, LMNFD, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.give_consent(app_public.consent_purpose, text, uuid)
  to lml_user;
