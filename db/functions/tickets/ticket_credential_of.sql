-- What a QR code carries can be made again at any time by the database, and by nobody else: only
-- its hash is stored, and the key never leaves.
create or replace function app_private.ticket_credential_of(ticket_id uuid, version integer)
returns text
language sql stable security definer set search_path = ''
as $$
  select translate(
    rtrim(
      encode(
        public.hmac(
          uuid_send(ticket_credential_of.ticket_id) || int4send(ticket_credential_of.version),
          k.key, 'sha256'
        ),
        'base64'
      ),
      '='
    ),
    '+/', '-_'
  )
  from app_private.signing_keys as k
  where k.name = 'ticket_credential'
$$;

comment on function app_private.ticket_credential_of(uuid, integer) is
  'The credential of a version of a ticket: 43 unguessable characters.';
