-- The lock waits for whoever still writes into that month, and lets nobody begin; readers go on.
-- What it finds then is all that will ever be in it.
create or replace function app_private.close_month(table_name text, month date)
returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_leaf text := app_hidden.partition_name(close_month.table_name, close_month.month);
  v_hash bytea;
  v_count bigint;
begin
  execute format('lock table app_public.%I in share row exclusive mode', v_leaf);
  v_count := app_private.count_month(close_month.table_name, close_month.month);
  if close_month.table_name = 'audit_log' then
    -- What is not sealed yet can wait for tomorrow.
    if v_count <> (
      select count(*) from app_private.audit_sealed_rows as r where r.month = close_month.month
    ) then
      return null;
    end if;
    v_hash := app_hidden.closed_month_hash(close_month.month);
  end if;
  -- Or replace: where a new chain began, a month is closed once more.
  execute format(
    'create or replace trigger _200_refuse_insert before insert on app_public.%I '
    'for each row execute function app_hidden.tg__refuse_insert()',
    v_leaf
  );
  insert into app_private.closed_months (table_name, month, row_count, rows_hash)
  values (close_month.table_name, close_month.month, v_count, v_hash);
  return v_count;
end
$$;

comment on function app_private.close_month(text, date) is
  'Lets no row enter a month that is over any more; returns how many it has, or null while some of '
  'them are not sealed.';
