create or replace function app_private.own_consent(
  organization_id uuid, purpose app_public.consent_purpose
)
returns app_public.consents
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_consent app_public.consents;
begin
  perform app_hidden.refuse_impersonator();
  v_consent.user_id := app_hidden.require_user_id();
  v_consent.organization_id := own_consent.organization_id;
  v_consent.purpose := own_consent.purpose;
  v_consent.source := app_hidden.current_channel()::text;
  return v_consent;
end
$$;

comment on function app_private.own_consent(uuid, app_public.consent_purpose) is
  'What a user says themselves of a purpose, to be recorded. Raises LMIMP, LMAUT, LMSES.';
