create or replace function app_public.current_consents()
returns setof app_public.consents
language sql stable set search_path = ''
as $$
  select distinct on (c.organization_id, c.purpose) c.*
  from app_public.consents as c
  where c.user_id = app_hidden.require_user_id()
  order by c.organization_id, c.purpose, c.created_at desc, c.id desc
$$;

comment on function app_public.current_consents() is
  'What the signed-in user said last about each purpose. Raises LMAUT, LMSES.';
grant execute on function app_public.current_consents() to lml_user;
