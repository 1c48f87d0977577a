-- Attached rather than created in place: sales go on meanwhile. A leaf gets no grants, and its own
-- row-level security, because the policies of its parent do not apply to whoever names it.
-- It goes on where the last partition ends, so that however long no worker ran, none is missing
-- between two others.
create or replace function app_private.make_partitions_ahead(
  months_ahead integer default 6, at timestamptz default now()
)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  c_month constant interval := interval '1 month';
  v_this date := date_trunc('month', make_partitions_ahead.at at time zone 'UTC')::date;
  v_parent text;
  v_month date;
  v_leaf text;
  v_count integer := 0;
begin
  for v_parent in select r.table_name from app_private.partition_retention as r order by 1 loop
    select least(max(m.month) + c_month, v_this) into v_month
    from app_hidden.partition_months(v_parent) as m;
    while v_month <= v_this + make_partitions_ahead.months_ahead * c_month loop
      v_leaf := app_hidden.partition_name(v_parent, v_month);
      if to_regclass(format('app_public.%I', v_leaf)) is null then
        execute format(
          'create table app_public.%I '
          '(like app_public.%I including defaults including constraints)',
          v_leaf, v_parent
        );
        execute format('alter table app_public.%I enable row level security', v_leaf);
        execute format('alter table app_public.%I force row level security', v_leaf);
        execute format(
          'create trigger _200_refuse_truncate before truncate on app_public.%I '
          'for each statement execute function app_hidden.tg__refuse_change()',
          v_leaf
        );
        execute format(
          'alter table app_public.%I attach partition app_public.%I for values from (%L) to (%L)',
          v_parent, v_leaf, v_month::timestamp at time zone 'UTC',
          (v_month + c_month) at time zone 'UTC'
        );
        v_count := v_count + 1;
      end if;
      v_month := v_month + c_month;
    end loop;
  end loop;
  return v_count;
end
$$;

comment on function app_private.make_partitions_ahead(integer, timestamptz) is
  'Makes the monthly partitions of this month and the next ones; returns how many were missing.';
grant execute on function app_private.make_partitions_ahead(integer, timestamptz) to lml_worker;
