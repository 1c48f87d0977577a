-- For whoever is about to send or to analyze something: asked each time, never remembered.
create or replace function app_private.has_consent(
  user_id uuid, purpose app_public.consent_purpose, organization_id uuid default null
)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select coalesce(
    (
      select c.is_given
      from app_public.consents as c
      where c.user_id = has_consent.user_id
        and c.purpose = has_consent.purpose
        and c.organization_id is not distinct from has_consent.organization_id
      order by c.created_at desc, c.id desc
      limit 1
    ),
    false
  )
$$;

comment on function app_private.has_consent(uuid, app_public.consent_purpose, uuid) is
  'Whether a user''s consent to a purpose is in force.';
