-- A mistyped year would be sold by nobody and completed by the next sweep, for good. Of a draft,
-- publishing looks.
create or replace function app_private.require_to_come(
  event app_public.events, starts_at timestamptz, ends_at timestamptz
)
returns void
language plpgsql stable set search_path = ''
as $$
begin
  if (require_to_come.event).status = 'published'
    and coalesce(require_to_come.ends_at, require_to_come.starts_at) <= now()
  then
    raise exception 'This date is in the past.' using errcode = 'LMINP', detail = 'starts_at';
  end if;
end
$$;

comment on function app_private.require_to_come(app_public.events, timestamptz, timestamptz) is
  'Raises LMINP for a date of a published event that is over before it is made.';
