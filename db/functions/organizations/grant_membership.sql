create or replace function app_public.grant_membership(
  organization_id uuid, email text default null, user_id uuid default null,
  member_number text default null, valid_from timestamptz default null,
  valid_until timestamptz default null, idempotency_key text default null
)
returns app_public.memberships
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
  v_membership app_public.memberships;
  v_constraint text;
  v_column text;
begin
  perform app_hidden.require_permission(grant_membership.organization_id, 'memberships.manage');
  v_id := app_private.replay_result(
    grant_membership.idempotency_key, 'grant_membership',
    jsonb_build_array(
      grant_membership.organization_id, grant_membership.email, grant_membership.user_id,
      grant_membership.member_number, grant_membership.valid_from, grant_membership.valid_until
    )
  );
  if v_id is null then
    -- Somebody of whom the organization knows nothing is nobody to it.
    if grant_membership.user_id is not null and not exists (
      select from app_public.customers as c
      where c.organization_id = grant_membership.organization_id
        and c.user_id = grant_membership.user_id
    ) then
      raise exception 'No customer of yours has this account.'
        using errcode = 'LMNFD', detail = 'user_id', hint = 'Grant it to an e-mail address.';
    end if;
    insert into app_public.memberships (
      organization_id, user_id, email, member_number, valid_during, granted_by
    )
    values (
      grant_membership.organization_id, grant_membership.user_id,
      nullif(trim(grant_membership.email), ''), grant_membership.member_number,
      app_hidden.time_span(
        coalesce(grant_membership.valid_from, now()), grant_membership.valid_until
      ),
      app_hidden.require_user_id()
    )
    on conflict do nothing
    returning id into v_id;
    if v_id is null then
      raise exception 'They are members at that time already.'
        using errcode = 'LMINP', detail = 'valid_from';
    end if;
    perform app_private.keep_result(grant_membership.idempotency_key, v_id);
  end if;
  select * into strict v_membership from app_public.memberships as m where m.id = v_id;
  return v_membership;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.grant_membership(
  uuid, text, uuid, text, timestamptz, timestamptz, text
) is
  'Makes an account that has bought, or whoever proves an e-mail address, a member. '
  'Needs memberships.manage. Raises LMNFD, LMRGT, LMINP, LMIDK.';
grant execute on function app_public.grant_membership(
  uuid, text, uuid, text, timestamptz, timestamptz, text
) to lml_user;
