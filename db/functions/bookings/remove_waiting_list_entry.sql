create or replace function app_public.remove_waiting_list_entry(entry_id uuid)
returns app_public.waiting_list_entries
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_entry app_public.waiting_list_entries;
begin
  select * into v_entry
  from app_public.waiting_list_entries as w where w.id = remove_waiting_list_entry.entry_id;
  perform app_hidden.require_performance_permission(
    v_entry.organization_id, v_entry.performance_id, 'bookings.manage'
  );
  return app_private.end_waiting(v_entry.id, 'removed');
end
$$;

comment on function app_public.remove_waiting_list_entry(uuid) is
  'Takes somebody off a waiting list. What was offered to them, and is not being paid, goes to the '
  'next one. Needs bookings.manage at the venue. Raises LMBSY, LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.remove_waiting_list_entry(uuid) to lml_user;
