create or replace function app_private.broken_seals()
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
  )
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
$$;

comment on function app_private.broken_seals() is
  'Seals of the audit log that are missing, or do not fit what they seal.';
