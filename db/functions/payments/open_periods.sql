-- Months follow each other without a gap, also when nothing happened in some, and when
-- the time zone has changed: each begins where the last one ended. Two who open the
-- same month meet in its key.
create or replace function app_private.open_periods(organization_id uuid, occurred_at timestamptz)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_timezone text;
  v_month timestamp;
  v_last app_public.accounting_periods;
begin
  select s.books_timezone into strict v_timezone
  from app_public.organization_settings as s
  where s.organization_id = open_periods.organization_id;
  loop
    select * into v_last
    from app_public.accounting_periods as p
    where p.organization_id = open_periods.organization_id
    order by p.period desc
    limit 1;
    exit when v_last.ends_at > open_periods.occurred_at and v_last.status = 'open';
    v_month := coalesce(
      v_last.period + interval '1 month',
      date_trunc('month', open_periods.occurred_at at time zone v_timezone)
    );
    insert into app_public.accounting_periods (organization_id, period, starts_at, ends_at)
    values (
      open_periods.organization_id, v_month::date,
      coalesce(v_last.ends_at, v_month at time zone v_timezone),
      (v_month + interval '1 month') at time zone v_timezone
    )
    on conflict do nothing;
  end loop;
end
$$;

comment on function app_private.open_periods(uuid, timestamptz) is
  'Opens the months of an organization''s books up to the one in which a fact can be posted.';
