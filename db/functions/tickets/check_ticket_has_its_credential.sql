create or replace function app_private.check_ticket_has_its_credential()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'ticket_has_its_credential', t.organization_id, t.id,
    format('ticket %s has no credential', t.ticket_number)
  from app_public.tickets as t
  where not exists (
    select from app_private.ticket_credentials as c
    where c.organization_id = t.organization_id
      and c.ticket_id = t.id
      and c.version = t.credential_version
  )
$$;

comment on function app_private.check_ticket_has_its_credential() is
  'A ticket without the credential that its QR code carries.';
