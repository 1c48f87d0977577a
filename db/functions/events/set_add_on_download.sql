create or replace function app_public.set_add_on_download(add_on_id uuid, url text)
returns app_public.add_ons
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_add_on app_public.add_ons := app_private.lock_digital_add_on(set_add_on_download.add_on_id);
  v_constraint text;
  v_column text;
begin
  insert into app_private.add_on_downloads as d (add_on_id, organization_id, url)
  values (v_add_on.id, v_add_on.organization_id, set_add_on_download.url)
  on conflict on constraint add_on_downloads_pkey do update
  set url = excluded.url;
  return v_add_on;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.set_add_on_download(uuid, text) is
  'Where buyers of a digital add-on find it, an https address: shown to who has paid, by '
  'open_add_on, and to nobody else. Needs events.manage. Raises LMNFD, LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.set_add_on_download(uuid, text) to lml_user;
