-- For what the tables' own constraints refuse. They are named after what must be true, so the name
-- is the explanation, and their expression says where the limit is.
create or replace function app_hidden.raise_bad_input(constraint_name text, column_name text)
returns void
language plpgsql stable set search_path = ''
as $$
declare
  v_must_be_true text;
begin
  if raise_bad_input.constraint_name <> '' then
    select
      trim(regexp_replace(
        regexp_replace(
          pg_get_expr(c.conbin, c.conrelid, true),
          '::(timestamp with time zone|[a-z_.]+(\[\])?)', '', 'g'
        ),
        '\s+', ' ', 'g'
      ))
    into v_must_be_true
    from pg_constraint as c
    where c.conname = raise_bad_input.constraint_name
      and c.contype = 'c'
      -- Partitions have it from their table.
      and c.coninhcount = 0
    limit 1;
    raise exception 'This is refused, because the following must be true: %.',
        replace(raise_bad_input.constraint_name, '_', ' ')
      using errcode = 'LMINP', detail = raise_bad_input.constraint_name,
        hint = case
          when raise_bad_input.constraint_name like '%\_is\_a\_slug'
            then 'A slug is lower-case letters, digits and single hyphens, such as great-hall.'
          else coalesce(
            'Nothing has changed. Send a value for which this is true: ' || v_must_be_true || '.',
            'Nothing has changed. Send another value.'
          )
        end;
  end if;
  raise exception 'The argument "%" is missing.', raise_bad_input.column_name
    using errcode = 'LMINP', detail = raise_bad_input.column_name,
      hint = 'Nothing has changed. Send it, too.';
end
$$;

comment on function app_hidden.raise_bad_input(text, text) is
  'Raises LMINP for a violated check or a missing value.';
