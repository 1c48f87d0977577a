-- A zone that exists can be set, and is then called exactly so: in another case it is not, nor are
-- numbers. Made-up offsets such as FOO+5 can be set, too, which is why a name with digits is looked
-- for in the list: a view that reads some 600 files for it (17 ms).
create or replace function app_hidden.require_timezone(timezone text)
returns void
language plpgsql volatile set search_path = '' set timezone = 'UTC'
as $$
begin
  if require_timezone.timezone is null then
    return;
  end if;
  if require_timezone.timezone !~ '[0-9]' then
    perform set_config('TimeZone', require_timezone.timezone, true);
    if current_setting('TimeZone') = require_timezone.timezone then
      return;
    end if;
  elsif exists (
    select from pg_timezone_names as z where z.name = require_timezone.timezone
  ) then
    return;
  end if;
  raise invalid_parameter_value;
exception when invalid_parameter_value then
  raise exception 'There is no time zone "%".', left(require_timezone.timezone, 100)
    using errcode = 'LMTZN', hint = 'Give an IANA name such as Europe/Vienna.';
end
$$;

comment on function app_hidden.require_timezone(text) is 'Raises LMTZN for an unknown time zone.';
