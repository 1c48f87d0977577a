create or replace function app_public.held_tickets()
returns setof app_public.tickets
language sql stable set search_path = ''
as $$
  select * from app_public.tickets as t
  where t.id in (select app_hidden.held_ticket_ids()) and t.status in ('valid', 'used')
  order by t.id
$$;

comment on function app_public.held_tickets() is
  'The tickets that you have: bought and not handed on, or received from somebody.';
grant execute on function app_public.held_tickets() to lml_anonymous, lml_user;
