-- The codes say what has left the house, and what has not is there to be sold again.
create or replace function app_private.has_codes(add_on app_public.add_ons)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (
    select from app_private.add_on_codes as c
    where c.organization_id = (has_codes.add_on).organization_id
      and c.add_on_id = (has_codes.add_on).id
  )
$$;

comment on function app_private.has_codes(app_public.add_ons) is
  'Whether each unit of an add-on has a code.';
