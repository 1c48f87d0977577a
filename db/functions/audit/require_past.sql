create or replace function app_private.require_past(at timestamptz)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_since timestamptz := (
    select (max(c.month) + interval '1 month') at time zone 'UTC'
    from app_private.closed_months as c
    where c.dropped_at is not null
      and c.table_name in ('audit_log', 'booking_state_transitions')
  );
begin
  if require_past.at is null or require_past.at > clock_timestamp() then
    raise exception 'A moment of the past is needed.' using errcode = 'LMINP', detail = 'at';
  end if;
  if require_past.at < v_since then
    raise exception 'The audit log does not reach back to that moment any more.'
      using errcode = 'LMINP', detail = 'at', hint = format('It begins with %s.', v_since);
  end if;
end
$$;

comment on function app_private.require_past(timestamptz) is
  'Raises LMINP for the future, and for what was dropped by retention.';
