create or replace function app_public.leave_waiting_list(
  entry_id uuid default null, token text default null
)
returns app_public.waiting_list_entries
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
begin
  if leave_waiting_list.token is not null then
    v_id := (app_public.waiting_list_entry_by_token(leave_waiting_list.token)).id;
    if v_id is null then
      perform app_private.raise_bad_link();
    end if;
  else
    select w.id into v_id
    from app_public.waiting_list_entries as w
    where w.id = leave_waiting_list.entry_id and w.user_id = app_hidden.require_user_id();
    if v_id is null then
      raise exception 'There is no such entry, or it is not yours.'
        using errcode = 'LMNFD', detail = 'entry_id';
    end if;
  end if;
  return app_private.end_waiting(v_id, 'left');
end
$$;

comment on function app_public.leave_waiting_list(uuid, text) is
  'Waits no more: by the entry of one''s account, or by the token of a guest''s mail. What was '
  'offered, and is not being paid, goes to the next one. Leaving again changes nothing. '
  'Raises LMTOK, LMBSY, LMNFD, LMAUT, LMSES.';
grant execute on function app_public.leave_waiting_list(uuid, text) to lml_anonymous, lml_user;
