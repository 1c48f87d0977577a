create or replace function app_private.require_short_reason(reason text)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  if length(require_short_reason.reason) > 500 then
    raise exception 'A reason has at most 500 characters.'
      using errcode = 'LMINP', detail = 'reason';
  end if;
end
$$;

comment on function app_private.require_short_reason(text) is
  'Raises LMINP for a reason that does not fit where buyers and staff read it.';
