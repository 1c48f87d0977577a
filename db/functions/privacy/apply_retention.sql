-- Rows that somebody works on are left for the next time. A checkout that finds a customer's entry
-- at the moment at which it is anonymized waits for that, and then is a sale of its own: what it
-- writes about the buyer is in its booking.
create or replace function app_private.apply_retention(batch_limit integer default 500)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_rule app_private.retention_rules;
  v_due text;
  v_user_id uuid;
  v_request_id uuid;
  v_total integer := 0;
begin
  for v_rule in
    select r.* from app_private.retention_rules as r where r.is_enabled order by r.rule
  loop
    v_due := format(
      'from %s as t where %s limit %s for update skip locked',
      v_rule.relation, app_private.retention_filter(v_rule), apply_retention.batch_limit
    );
    if v_rule.action = 'erase' then
      for v_user_id in execute 'select t.id ' || v_due loop
        insert into app_public.privacy_requests (kind, user_id)
        values ('erasure', v_user_id)
        returning id into v_request_id;
        perform app_private.add_job('user__erase', jsonb_build_object('request_id', v_request_id));
        v_total := v_total + 1;
      end loop;
    else
      v_total := v_total + app_private.forget_rows(
        v_rule.relation, format('t.ctid = any (array(select t.ctid %s))', v_due),
        is_deleted => v_rule.action = 'delete'
      );
    end if;
  end loop;
  return v_total;
end
$$;

comment on function app_private.apply_retention(integer) is
  'Removes what was kept long enough, so many rows of each rule; returns how many. '
  'Call it until that is none.';
grant execute on function app_private.apply_retention(integer) to lml_worker;
