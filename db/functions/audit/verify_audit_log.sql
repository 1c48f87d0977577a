create or replace function app_private.verify_audit_log(
  known_seal_no bigint default null, known_hash bytea default null
)
returns table (problem text, seal_no bigint, audit_id uuid)
language sql stable security definer set search_path = ''
as $$
  select * from app_private.broken_seals()
  union all
  select * from app_private.broken_audit_rows()
  union all
  select * from app_private.broken_months()
  union all
  select 'the chain does not contain the hash that you know', verify_audit_log.known_seal_no, null
  where verify_audit_log.known_seal_no is not null
    and not exists (
      select from app_private.audit_seals as s
      where s.seal_no = verify_audit_log.known_seal_no
        and s.hash = verify_audit_log.known_hash
    )
$$;

comment on function app_private.verify_audit_log(bigint, bytea) is
  'Everything that was done to the sealed part of the audit log: no row, nothing. Whoever can '
  'rewrite the whole chain can remove its end, so note a seal and its '
  'hash elsewhere and give them.';
grant execute on function app_private.verify_audit_log(bigint, bytea) to lml_worker;
