create or replace function app_public.request_correction(
  ledger_transaction_id uuid, currency text, kinds app_public.ledger_account_kind[],
  amounts_cents bigint[], reason text, idempotency_key text default null
)
returns app_public.ledger_corrections
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_correction app_public.ledger_corrections;
  v_known uuid;
  v_constraint text;
  v_column text;
begin
  perform app_hidden.require_platform_role('support');
  v_known := app_private.replay_result(
    request_correction.idempotency_key, 'request_correction',
    jsonb_build_array(
      request_correction.ledger_transaction_id, request_correction.currency,
      request_correction.kinds, request_correction.amounts_cents, request_correction.reason
    )
  );
  if v_known is not null then
    select * into strict v_correction
    from app_public.ledger_corrections as c where c.id = v_known;
    return v_correction;
  end if;
  if (select sum(a) from unnest(request_correction.amounts_cents) as a) <> 0 then
    raise exception 'A correction sums to zero.' using errcode = 'LMBAL', detail = 'amounts_cents';
  end if;
  if (
    select count(distinct k) < count(*) from unnest(request_correction.kinds) as k
  ) then
    raise exception 'An account is named once.' using errcode = 'LMINP', detail = 'kinds';
  end if;
  perform app_hidden.require_currency(request_correction.currency);
  insert into app_public.ledger_corrections (
    organization_id, corrects_id, currency, kinds, amounts_cents, reason, requested_by
  )
  select t.organization_id, t.id, request_correction.currency, request_correction.kinds,
    request_correction.amounts_cents, request_correction.reason, app_hidden.current_user_id()
  from app_public.ledger_transactions as t
  where t.id = request_correction.ledger_transaction_id
  returning * into v_correction;
  if not found then
    raise exception 'There is no such fact in the books.'
      using errcode = 'LMNFD', detail = 'ledger_transaction_id';
  end if;
  perform app_private.keep_result(request_correction.idempotency_key, v_correction.id);
  return v_correction;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.request_correction(
  uuid, text, app_public.ledger_account_kind[], bigint[], text, text
) is
  'Asks for a correction of a fact in the books: on which accounts, and how much on each; debit is '
  'positive, and all sum to zero. Somebody else has to post it. For the platform''s support. '
  'Raises LMBAL, LMCUR, LMINP, LMNFD, LMRGT, LMAUT, LMIDK.';
grant execute on function app_public.request_correction(
  uuid, text, app_public.ledger_account_kind[], bigint[], text, text
) to lml_user;
