-- Nothing is disputed yet.
create or replace function app_private.held_for_disputes(organization_id uuid, currency text)
returns bigint
language sql stable security definer set search_path = ''
as $$ select 0::bigint $$;

comment on function app_private.held_for_disputes(uuid, text) is
  'How much of an organization''s money is not paid out because buyers dispute it.';
