create or replace function app_hidden.raise_slug_taken(slug text)
returns void
language plpgsql stable set search_path = ''
as $$
begin
  raise exception 'The slug "%" is taken.', raise_slug_taken.slug
    using errcode = 'LMSLG', detail = raise_slug_taken.slug, hint = 'Choose another one.';
end
$$;

comment on function app_hidden.raise_slug_taken(text) is 'Raises LMSLG.';
