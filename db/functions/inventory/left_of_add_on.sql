create or replace function app_hidden.left_of_add_on(add_on_id uuid)
returns integer
language sql volatile security definer set search_path = ''
as $$
  select s.total - s.held - s.sold + (
    select coalesce(sum(c.quantity), 0)::integer
    from app_private.add_on_claims as c
    where c.add_on_id = s.add_on_id and c.held_until <= now()
  )
  from app_private.add_on_counters as s
  where s.add_on_id = left_of_add_on.add_on_id
$$;

comment on function app_hidden.left_of_add_on(uuid) is
  'How many of an add-on are free now, lapsed claims among them; null without a stock.';
grant execute on function app_hidden.left_of_add_on(uuid) to lml_anonymous, lml_user;
