-- Attached rather than created in place: sales go on meanwhile. A leaf gets no grants, and its own
-- row-level security, because the policies of its parent do not apply to whoever names it.
create or replace function app_private.make_partitions_ahead(months_ahead integer default 6)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_parent text;
  v_month date;
  v_leaf text;
  v_count integer := 0;
begin
  foreach v_parent in array array['audit_log', 'booking_state_transitions', 'ticket_scans'] loop
    for n in 0 .. make_partitions_ahead.months_ahead loop
      v_month := (date_trunc('month', now() at time zone 'UTC') + make_interval(months => n))::date;
      v_leaf := format('%s_%s', v_parent, to_char(v_month, '"y"YYYY"m"MM'));
      continue when to_regclass(format('app_public.%I', v_leaf)) is not null;

      execute format(
        'create table app_public.%I (like app_public.%I including defaults including constraints)',
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
        (v_month + interval '1 month') at time zone 'UTC'
      );
      v_count := v_count + 1;
    end loop;
  end loop;
  return v_count;
end
$$;

comment on function app_private.make_partitions_ahead(integer) is
  'Makes the monthly partitions of this month and the next ones; returns how many were missing.';
grant execute on function app_private.make_partitions_ahead(integer) to lml_worker;
