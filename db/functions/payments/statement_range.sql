create or replace function app_private.statement_range(
  organization_id uuid, period date, inout from_at timestamptz, inout to_at timestamptz
)
language plpgsql stable security definer set search_path = ''
as $$
begin
  if statement_range.period is not null then
    if statement_range.from_at is not null or statement_range.to_at is not null then
      raise exception 'Give a month, or from when to when.'
        using errcode = 'LMINP', detail = 'period';
    end if;
    select p.starts_at, p.ends_at into from_at, to_at
    from app_public.accounting_periods as p
    where p.organization_id = statement_range.organization_id
      -- Not by way of a timestamp, which ends before dates do.
      and p.period
        = statement_range.period - extract(day from statement_range.period)::integer + 1;
    if not found then
      raise exception 'The books have no such month.' using errcode = 'LMNFD', detail = 'period';
    end if;
  end if;
  if from_at is null or to_at is null or to_at <= from_at then
    raise exception 'A statement is from a moment to a later one.'
      using errcode = 'LMINP', detail = 'from_at';
  end if;
end
$$;

comment on function app_private.statement_range(uuid, date, timestamptz, timestamptz) is
  'From when to when a statement is. Raises LMINP, or LMNFD for a month without books.';
