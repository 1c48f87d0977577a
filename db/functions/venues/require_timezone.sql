-- "At time zone" would also take abbreviations and made-up names such as FOO+5.
create or replace function app_hidden.require_timezone(timezone text)
returns void
language plpgsql stable set search_path = ''
as $$
begin
  if require_timezone.timezone is not null
    and not exists (
      select from pg_timezone_names as z where z.name = require_timezone.timezone
    )
  then
    raise exception 'There is no time zone "%".', left(require_timezone.timezone, 100)
      using errcode = 'LMTZN', hint = 'Give an IANA name such as Europe/Vienna.';
  end if;
end
$$;

comment on function app_hidden.require_timezone(text) is 'Raises LMTZN for an unknown time zone.';
