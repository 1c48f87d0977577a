create or replace function app_private.revoke_venues(organization_id uuid, user_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update app_public.user_venue_access as a
  set revoked_at = now(), revoked_by = app_hidden.current_user_id()
  where a.organization_id = revoke_venues.organization_id
    and a.user_id = revoke_venues.user_id
    and a.revoked_at is null;
end
$$;

comment on function app_private.revoke_venues(uuid, uuid) is 'Ends all of a member''s grants.';
