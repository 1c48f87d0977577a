-- Only the moves that event_status_transitions lists, whoever makes them.
create or replace function app_hidden.tg_events__check_status()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if not exists (
    select from app_public.event_status_transitions as t
    where t.from_status = old.status and t.to_status = new.status
  ) then
    raise exception 'An event cannot go from % to %.', old.status, new.status
      using errcode = 'LMTRN', detail = old.id::text;
  end if;
  return new;
end
$$;

comment on function app_hidden.tg_events__check_status() is 'Raises LMTRN.';

create or replace trigger _200_check_status
  before update of status on app_public.events
  for each row when (old.status is distinct from new.status)
  execute function app_hidden.tg_events__check_status();
