-- What people can compare with their own network, where no town is known.
create or replace function app_public.user_sessions_network(session app_public.user_sessions)
returns text
language sql stable set search_path = ''
as $$
  select network(
    set_masklen(s.address, case when family(s.address) = 4 then 24 else 48 end)
  )::text
  from (
    select case
      when (user_sessions_network.session).ip_address <<= '::ffff:0:0/96'::inet
        then replace(host((user_sessions_network.session).ip_address), '::ffff:', '')::inet
      else (user_sessions_network.session).ip_address
    end as address
  ) as s
$$;

comment on function app_public.user_sessions_network(app_public.user_sessions) is
  'The network that the user signed in from, such as 203.0.113.0/24.';
grant execute on function app_public.user_sessions_network(app_public.user_sessions) to lml_user;
