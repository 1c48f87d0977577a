-- A provider's subdomains are the provider's: a.b.example is asked as itself and as b.example.
create or replace function app_private.is_disposable_email(email text)
returns boolean
language sql stable security definer set search_path = ''
as $$
  with labels as (
    -- With or without the dot of the root, mail arrives at the same provider.
    select string_to_array(
      rtrim(lower(split_part(is_disposable_email.email, '@', -1)), '.'), '.'
    ) as parts
  )
  select exists (
    select
    from labels as l
    cross join generate_series(1, least(cardinality(l.parts) - 1, 10)) as first
    join app_private.disposable_email_domains as d
      on d.domain = array_to_string(l.parts[first:], '.')
  )
$$;

comment on function app_private.is_disposable_email(text) is
  'Whether an address is of a known provider of throw-away mailboxes.';
