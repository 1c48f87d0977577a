-- For what the tables' own constraints refuse. They are named after what must be true, so the name
-- is the explanation.
create or replace function app_hidden.raise_bad_input(constraint_name text, column_name text)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  if raise_bad_input.constraint_name <> '' then
    raise exception 'This is refused, because the following must be true: %.',
        replace(raise_bad_input.constraint_name, '_', ' ')
      using errcode = 'LMINP', detail = raise_bad_input.constraint_name,
        hint = case
          when raise_bad_input.constraint_name like '%\_is\_a\_slug'
            then 'A slug is lower-case letters, digits and single hyphens, such as great-hall.'
          else 'Nothing has changed. Send a value for which it is true.'
        end;
  end if;
  raise exception 'The argument "%" is missing.', raise_bad_input.column_name
    using errcode = 'LMINP', detail = raise_bad_input.column_name,
      hint = 'Nothing has changed. Send it, too.';
end
$$;

comment on function app_hidden.raise_bad_input(text, text) is
  'Raises LMINP for a violated check or a missing value.';
