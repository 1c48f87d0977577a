-- Runs with the rights of who asks: an add-on that they cannot see is none.
create or replace function app_public.add_ons_left(add_on_id uuid)
returns integer
language sql stable set search_path = ''
as $$
  select app_hidden.left_of_add_on(a.id)
  from app_public.add_ons as a
  where a.id = add_ons_left.add_on_id and a.is_limited
$$;

comment on function app_public.add_ons_left(uuid) is
  'How many of an add-on can be had now; null when there is no end of it, or no such add-on.';
grant execute on function app_public.add_ons_left(uuid) to lml_anonymous, lml_user;
