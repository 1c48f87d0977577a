create or replace function app_public.set_books_timezone(organization_id uuid, timezone text)
returns app_public.organization_settings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_settings app_public.organization_settings;
begin
  perform app_hidden.require_permission(set_books_timezone.organization_id, 'books.manage');
  if set_books_timezone.timezone is null then
    perform app_hidden.raise_bad_input(null, 'timezone');
  end if;
  perform app_hidden.require_timezone(set_books_timezone.timezone);
  update app_public.organization_settings as s
  set books_timezone = set_books_timezone.timezone
  where s.organization_id = set_books_timezone.organization_id
  returning * into strict v_settings;
  return v_settings;
end
$$;

comment on function app_public.set_books_timezone(uuid, text) is
  'In which time zone the months of the books end, from the next one that is opened. '
  'Needs books.manage. Raises LMTZN, LMINP, LMNFD, LMRGT, LMAUT.';
grant execute on function app_public.set_books_timezone(uuid, text) to lml_user;
