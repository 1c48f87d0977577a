-- Which zones exist is known to the server's own tables only, so no check constraint can say it.
create or replace function app_hidden.tg_venues__check_timezone()
returns trigger
language plpgsql set search_path = ''
as $$
begin
  -- "At time zone" would also take abbreviations and made-up names such as FOO+5.
  if new.timezone is not null
    and not exists (select from pg_timezone_names as z where z.name = new.timezone)
  then
    raise exception 'There is no time zone "%".', left(new.timezone, 100)
      using errcode = 'LMTZN', hint = 'Give an IANA name such as Europe/Vienna.';
  end if;
  return new;
end
$$;

comment on function app_hidden.tg_venues__check_timezone() is 'Raises LMTZN.';

create or replace trigger _200_check_timezone
  before insert or update of timezone on app_public.venues
  for each row execute function app_hidden.tg_venues__check_timezone();
