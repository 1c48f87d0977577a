-- A row is written in the transaction of its change, which may commit long after the row got its
-- time. So batches end at a transaction, not at a moment: below the oldest one that still runs, all
-- have ended, and nothing can come any more.
create or replace function app_private.seal_audit_log()
returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
  c_first constant bytea := sha256('last-minute-live audit log');
  v_last app_private.audit_seals;
  v_up_to bigint;
  v_seal_no bigint;
  v_count bigint;
begin
  -- Two sealers would cover the same rows; the second waits, and then finds them covered.
  perform pg_advisory_xact_lock(hashtextextended('app_private.seal_audit_log', 0));
  select * into v_last from app_private.audit_seals as s order by s.seal_no desc limit 1;
  v_seal_no := coalesce(v_last.seal_no, 0) + 1;
  v_up_to := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;

  -- The seal comes first, for its rows refer to it; nobody sees it before its hash is right.
  insert into app_private.audit_seals (seal_no, up_to, row_count, previous_hash, hash)
  values (v_seal_no, v_up_to, 0, coalesce(v_last.hash, c_first), c_first);
  insert into app_private.audit_sealed_rows (audit_id, seal_no, row_hash)
  select l.id, v_seal_no, app_hidden.audit_row_hash(l)
  from app_public.audit_log as l
  where l.transaction_id < v_up_to
    and (v_last.up_to is null or l.transaction_id >= v_last.up_to);
  get diagnostics v_count = row_count;
  if v_count = 0 then
    delete from app_private.audit_seals as s where s.seal_no = v_seal_no;
    return 0;
  end if;
  update app_private.audit_seals as s
  set row_count = v_count, hash = app_hidden.audit_seal_hash(s.previous_hash, s.seal_no)
  where s.seal_no = v_seal_no;
  return v_count;
end
$$;

comment on function app_private.seal_audit_log() is
  'Seals what was audited by transactions that have ended since; returns how many rows.';
grant execute on function app_private.seal_audit_log() to lml_worker;
