-- Which zones exist is known to the server's own tables only, so no check constraint can say it.
create or replace function app_hidden.tg_venues__check_timezone()
returns trigger
language plpgsql set search_path = ''
as $$
begin
  perform app_hidden.require_timezone(new.timezone);
  return new;
end
$$;

comment on function app_hidden.tg_venues__check_timezone() is 'Raises LMTZN.';

create or replace trigger _200_check_timezone
  before insert or update of timezone on app_public.venues
  for each row execute function app_hidden.tg_venues__check_timezone();
