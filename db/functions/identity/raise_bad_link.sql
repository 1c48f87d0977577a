create or replace function app_private.raise_bad_link()
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  raise exception 'This link is not good, or not any more.'
    using errcode = 'LMTOK', hint = 'Ask for a new one.';
end
$$;

comment on function app_private.raise_bad_link() is
  'Raises LMTOK: the same for a token that is unknown, used, too old, or somebody else''s.';
