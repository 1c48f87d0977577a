-- The log is append-only, with one exception: personal values may be forgotten, once a row of the
-- log says so.
create or replace function app_hidden.tg_audit_log__refuse_change()
returns trigger
language plpgsql set search_path = ''
as $$
declare
  v_before app_public.audit_log;
  v_after app_public.audit_log;
begin
  if tg_op = 'UPDATE' then
    v_before := old;
    v_after := new;
    if app_private.is_redaction(v_before, v_after)
      and app_private.has_redaction_record(v_after.id, app_hidden.audit_row_hash(v_after))
    then
      return new;
    end if;
  end if;
  raise exception 'audit_log is append-only.'
    using errcode = 'LMAPP', hint = 'Add a row that corrects the other one.';
end
$$;

comment on function app_hidden.tg_audit_log__refuse_change() is 'Raises LMAPP.';

create or replace trigger _200_refuse_change before update or delete on app_public.audit_log
  for each row execute function app_hidden.tg_audit_log__refuse_change();
