create or replace function app_private.require_release_ahead(release_at timestamptz)
returns void
language plpgsql stable set search_path = ''
as $$
begin
  if require_release_ahead.release_at <= now() then
    raise exception 'The release lies in the past.'
      using errcode = 'LMINP', detail = 'release_at';
  end if;
end
$$;

comment on function app_private.require_release_ahead(timestamptz) is
  'Raises LMINP when an allocation would be released before it is made.';
