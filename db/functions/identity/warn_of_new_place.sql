-- Whoever has stolen a password signs in from somewhere else. The mail says nothing that they
-- chose, such as the name of their device: it would be theirs to write.
create or replace function app_private.warn_of_new_place(session app_public.user_sessions)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_network text := app_public.user_sessions_network(warn_of_new_place.session);
  v_place text := app_public.user_sessions_place(warn_of_new_place.session);
begin
  -- The first session is no news. Where only the country is known, another network in it is another
  -- place. A session of the platform's support is no place of the user's.
  if (
    select count(*) = 0 or bool_or(
      app_public.user_sessions_network(s) = v_network
      or (s.country, s.city)
        = ((warn_of_new_place.session).country, (warn_of_new_place.session).city)
    )
    from app_public.user_sessions as s
    where s.user_id = (warn_of_new_place.session).user_id
      and s.id <> (warn_of_new_place.session).id
      and s.ip_address is not null and s.impersonator_id is null
  ) then
    return;
  end if;
  perform app_private.queue_email(
    u.email::text, 'new_sign_in', jsonb_build_object('place', v_place, 'network', v_network)
  )
  from app_public.users as u where u.id = (warn_of_new_place.session).user_id;
end
$$;

comment on function app_private.warn_of_new_place(app_public.user_sessions) is
  'Mails the user where a session began, unless they were there before.';
