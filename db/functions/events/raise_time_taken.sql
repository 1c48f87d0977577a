create or replace function app_private.raise_time_taken(argument text)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  raise exception 'The event has a performance at that time.'
    using errcode = 'LMINP', detail = raise_time_taken.argument;
end
$$;

comment on function app_private.raise_time_taken(text) is
  'Raises LMINP, which names the argument that says when.';
