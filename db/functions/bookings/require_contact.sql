create or replace function app_private.require_contact(
  user_id uuid, email text, first_name text, last_name text, phone text
)
returns app_public.users
language plpgsql stable set search_path = ''
as $$
declare
  v_contact app_public.users;
begin
  select * into v_contact from app_public.users as u where u.id = require_contact.user_id;
  v_contact.email := coalesce(require_contact.email, v_contact.email);
  v_contact.first_name := coalesce(require_contact.first_name, v_contact.first_name);
  v_contact.last_name := coalesce(require_contact.last_name, v_contact.last_name);
  v_contact.phone := coalesce(require_contact.phone, v_contact.phone);
  if not app_private.has_two_sides(v_contact.email::text) then
    raise exception 'An e-mail address is needed, where the tickets go.'
      using errcode = 'LMCON', detail = 'email';
  end if;
  return v_contact;
end
$$;

comment on function app_private.require_contact(uuid, text, text, text, text) is
  'Whom an order is for: what they say now, and else what their account says. '
  'Raises LMCON without an e-mail address.';
