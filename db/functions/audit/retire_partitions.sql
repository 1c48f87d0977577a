-- Each step waits half a second at most for its locks: dropping a partition needs its parent, which
-- sales write to. What could not be done is tried again by the job.
-- A transaction may write into the month in which it began. A week later none such is left.
create or replace function app_private.retire_partitions(dry_run boolean default false)
returns table (action text, partition text, row_count bigint)
language plpgsql volatile security definer set search_path = '' set lock_timeout = '500ms'
as $$
declare
  v_month record;
begin
  for v_month in
    select
      r.table_name, m.month, app_hidden.partition_name(r.table_name, m.month) as leaf,
      c.closed_at is not null as is_closed,
      (m.month + make_interval(months => 1 + r.months_kept)) at time zone 'UTC' <= now() as is_due
    from app_private.partition_retention as r
    cross join lateral app_hidden.partition_months(r.table_name) as m
    left join app_private.closed_months as c
      on c.table_name = r.table_name and c.month = m.month
    where (m.month + interval '1 month') at time zone 'UTC' < now() - interval '7 days'
    order by m.month, r.table_name
  loop
    partition := v_month.leaf;
    continue when v_month.is_closed and not coalesce(v_month.is_due, false);
    row_count := app_private.count_month(v_month.table_name, v_month.month);
    if not v_month.is_closed then
      action := case
        when retire_partitions.dry_run
          or app_private.close_month(v_month.table_name, v_month.month) is not null
        then 'close'
        else 'not sealed yet'
      end;
      return next;
      continue when action <> 'close';
    end if;
    if v_month.is_due then
      action := case
        when retire_partitions.dry_run
          or app_private.drop_month(v_month.table_name, v_month.month)
        then 'drop'
        else 'not as it was sealed'
      end;
      return next;
    end if;
  end loop;
end
$$;

comment on function app_private.retire_partitions(boolean) is
  'Closes months that are over and drops those whose time in partition_retention is over; one row '
  'for each. A dry run says what it would do.';
grant execute on function app_private.retire_partitions(boolean) to lml_worker;
