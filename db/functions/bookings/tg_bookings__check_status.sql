-- Only the moves that booking_status_transitions lists, whoever makes them.
create or replace function app_hidden.tg_bookings__check_status()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    if new.status <> 'draft' then
      raise exception 'A booking begins as a draft.' using errcode = 'LMTRN';
    end if;
  elsif not exists (
    select from app_public.booking_status_transitions as t
    where t.from_status = old.status and t.to_status = new.status
  ) then
    raise exception 'A booking cannot go from % to %.', old.status, new.status
      using errcode = 'LMTRN', detail = old.id::text;
  end if;
  return new;
end
$$;

comment on function app_hidden.tg_bookings__check_status() is 'Raises LMTRN.';

create or replace trigger _200_check_status_of_new
  before insert on app_public.bookings
  for each row when (new.status <> 'draft')
  execute function app_hidden.tg_bookings__check_status();

create or replace trigger _200_check_status
  before update of status on app_public.bookings
  for each row when (old.status is distinct from new.status)
  execute function app_hidden.tg_bookings__check_status();
