create or replace function app_hidden.left_of_add_on(add_on_id uuid)
returns integer
language sql volatile security definer set search_path = ''
as $$
  select (app_private.add_on_count_of(left_of_add_on.add_on_id)).available
$$;

comment on function app_hidden.left_of_add_on(uuid) is
  'How many of an add-on are free now, lapsed claims among them; null without a stock.';
grant execute on function app_hidden.left_of_add_on(uuid) to lml_anonymous, lml_user;
