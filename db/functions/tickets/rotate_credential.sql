-- The scan asks for the version in the same write that uses the ticket, so the old code is dead as
-- soon as this commits. The ticket is locked.
create or replace function app_private.rotate_credential(ticket app_public.tickets)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_version integer;
begin
  update app_public.tickets as t
  set credential_version = t.credential_version + 1
  where t.organization_id = (rotate_credential.ticket).organization_id
    and t.id = (rotate_credential.ticket).id
  returning t.credential_version into strict v_version;
  insert into app_private.ticket_credentials (
    organization_id, ticket_id, version, credential_hash
  )
  values (
    (rotate_credential.ticket).organization_id, (rotate_credential.ticket).id, v_version,
    app_hidden.hash_token(
      app_private.ticket_credential_of((rotate_credential.ticket).id, v_version)
    )
  );
  return v_version;
end
$$;

comment on function app_private.rotate_credential(app_public.tickets) is
  'Gives a ticket another credential, and ends the one that it had; returns its version.';
