-- Which zones exist is known to the server's own tables only, so no check constraint can say it.
create or replace function app_hidden.tg_venues__check_timezone()
returns trigger
language plpgsql set search_path = ''
as $$
begin
  perform now() at time zone new.timezone;
  return new;
exception
  when invalid_parameter_value then
    raise exception 'There is no time zone "%".', new.timezone
      using errcode = 'LMTZN', hint = 'Give an IANA name such as Europe/Vienna.';
end
$$;

comment on function app_hidden.tg_venues__check_timezone() is 'Raises LMTZN.';

create or replace trigger _200_check_timezone
  before insert or update of timezone on app_public.venues
  for each row execute function app_hidden.tg_venues__check_timezone();
