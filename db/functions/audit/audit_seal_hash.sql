create or replace function app_hidden.audit_seal_hash(previous_hash bytea, seal_no bigint)
returns bytea
language sql stable security definer set search_path = ''
as $$
  select sha256(
    audit_seal_hash.previous_hash
      || coalesce(string_agg(r.row_hash, ''::bytea order by r.audit_id), ''::bytea)
  )
  from app_private.audit_sealed_rows as r
  where r.seal_no = audit_seal_hash.seal_no
$$;

comment on function app_hidden.audit_seal_hash(bytea, bigint) is
  'What the hash of a seal is, given the one before it and its rows.';
