create or replace function app_private.verify_audit_log(
  known_seal_no bigint default null, known_hash bytea default null
)
returns table (problem text, seal_no bigint, audit_id uuid)
language sql stable security definer set search_path = ''
as $$
  with chain as (
    select
      s.*,
      lag(s.hash) over (order by s.seal_no) as hash_before,
      lag(s.seal_no) over (order by s.seal_no) as seal_before,
      count(*) over () as seals
    from app_private.audit_seals as s
  ),
  last_seal as (select s.up_to from app_private.audit_seals as s order by s.seal_no desc limit 1)
  select 'a seal is missing before this one', c.seal_no, null::uuid
  from chain as c
  where c.seal_no <> coalesce(c.seal_before, 0) + 1

  union all
  select 'the seal does not follow the one before it', c.seal_no, null
  from chain as c
  where c.previous_hash <> coalesce(c.hash_before, sha256('last-minute-live audit log'))

  union all
  select 'the seal does not fit its rows', c.seal_no, null
  from chain as c
  where c.hash <> app_hidden.audit_seal_hash(c.previous_hash, c.seal_no)
    or c.row_count <> (
      select count(*) from app_private.audit_sealed_rows as r where r.seal_no = c.seal_no
    )

  union all
  select
    case
      when l.id is null then 'a row is missing'
      when r.audit_id is null then 'a row was inserted'
      else 'a row was changed'
    end,
    r.seal_no, coalesce(r.audit_id, l.id)
  from app_private.audit_sealed_rows as r
  full join (
    select l.id, app_hidden.audit_row_hash(l) as row_hash
    from app_public.audit_log as l, last_seal as s
    where l.transaction_id < s.up_to
  ) as l on l.id = r.audit_id
  where l.row_hash is distinct from r.row_hash

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
  'rewrite the whole chain can remove its end, so note a seal and its hash elsewhere and give them.';
grant execute on function app_private.verify_audit_log(bigint, bytea) to lml_worker;
