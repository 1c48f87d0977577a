-- Evidence is not dropped: a month that is not as it was when it was closed stays until somebody
-- has looked into it.
create or replace function app_private.drop_month(table_name text, month date)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_leaf text := app_hidden.partition_name(drop_month.table_name, drop_month.month);
  v_closed app_private.closed_months;
  v_months_kept integer;
begin
  select * into strict v_closed from app_private.closed_months as c
  where c.table_name = drop_month.table_name and c.month = drop_month.month
    and c.dropped_at is null
  for update;
  select r.months_kept into strict v_months_kept from app_private.partition_retention as r
  where r.table_name = drop_month.table_name;
  if v_closed.row_count <> app_private.count_month(drop_month.table_name, drop_month.month)
    or not app_private.is_month_as_sealed(v_closed)
  then
    return false;
  end if;
  execute format('drop table app_public.%I', v_leaf);
  update app_private.closed_months as c
  set dropped_at = now(), months_kept = v_months_kept
  where c.id = v_closed.id;
  return true;
end
$$;

comment on function app_private.drop_month(text, date) is
  'Drops a closed month, unless it is not as it was when it was closed: then false.';
