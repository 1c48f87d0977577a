-- History is added to, never rewritten, not even by the owner of the tables.
create or replace function app_hidden.tg__refuse_change()
returns trigger
language plpgsql set search_path = ''
as $$
begin
  raise exception '% is append-only.', tg_table_name
    using errcode = 'LMAPP', hint = 'Add a row that corrects the other one.';
end
$$;

comment on function app_hidden.tg__refuse_change() is 'Raises LMAPP.';

do $do$
declare
  v_table text;
begin
  foreach v_table in array array[
    'audit_log', 'booking_state_transitions', 'layout_seats', 'layout_sections',
    'ledger_balances', 'ledger_entries', 'ledger_transactions', 'promoter_shares', 'ticket_scans',
    'venue_layouts'
  ] loop
    -- The audit log may forget personal values, and has a trigger of its own for that.
    if v_table <> 'audit_log' then
      execute format(
        'create or replace trigger _200_refuse_change before update or delete on app_public.%I '
        'for each row execute function app_hidden.tg__refuse_change()',
        v_table
      );
    end if;
    execute format(
      'create or replace trigger _200_refuse_truncate before truncate on app_public.%I '
      'for each statement execute function app_hidden.tg__refuse_change()',
      v_table
    );
  end loop;
end
$do$;
