-- There is no index for this: it reads the whole log, in a job.
create or replace function app_private.redact_audit_actor(user_id uuid, request_id uuid)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_row app_public.audit_log;
  v_count integer := 0;
begin
  for v_row in
    select l.* from app_public.audit_log as l
    where l.user_id = redact_audit_actor.user_id
      and l.impersonator_id is null
      and num_nonnulls(l.ip_address, l.user_agent) > 0
    order by l.id
  loop
    v_row.ip_address := null;
    v_row.user_agent := null;
    perform app_private.redact_audit_row(v_row, redact_audit_actor.request_id);
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;

comment on function app_private.redact_audit_actor(uuid, uuid) is
  'The audit log forgets from where, and with which program, a user did things.';
