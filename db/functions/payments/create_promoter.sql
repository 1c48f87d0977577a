create or replace function app_public.create_promoter(
  organization_id uuid, name text, email text default null, idempotency_key text default null
)
returns app_public.promoters
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_promoter app_public.promoters;
  v_known uuid;
  v_constraint text;
  v_column text;
begin
  perform app_hidden.require_permission(create_promoter.organization_id, 'books.manage');
  v_known := app_private.replay_result(
    create_promoter.idempotency_key, 'create_promoter',
    jsonb_build_array(
      create_promoter.organization_id, create_promoter.name, create_promoter.email
    )
  );
  if v_known is not null then
    select * into strict v_promoter from app_public.promoters as p where p.id = v_known;
    return v_promoter;
  end if;
  insert into app_public.promoters (organization_id, name, email)
  values (create_promoter.organization_id, create_promoter.name, create_promoter.email)
  returning * into v_promoter;
  perform app_private.keep_result(create_promoter.idempotency_key, v_promoter.id);
  return v_promoter;
exception
  when check_violation or not_null_violation or unique_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.create_promoter(uuid, text, text, text) is
  'Somebody who brings buyers, for a share. Needs books.manage. '
  'Raises LMINP, LMNFD, LMRGT, LMAUT, LMIDK.';
grant execute on function app_public.create_promoter(uuid, text, text, text) to lml_user;
