-- Nobody gives, takes or judges what they do not have themselves. Whoever acts in somebody's name
-- has their rights for an hour: what they gave would stay.
create or replace function app_private.require_grantable(
  organization_id uuid, permissions text[]
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_missing text;
begin
  perform app_hidden.refuse_impersonator();
  select string_agg(p, ', ' order by p) into v_missing
  from unnest(require_grantable.permissions) as p
  where p <> all (
    app_private.permissions_of(require_grantable.organization_id, app_hidden.current_user_id())
  );
  if v_missing is not null then
    raise exception 'This takes rights that you do not have yourself.'
      using errcode = 'LMRGT', detail = v_missing, hint = 'Ask an owner of the organization.';
  end if;
end
$$;

comment on function app_private.require_grantable(uuid, text[]) is
  'Raises LMRGT unless the signed-in user has all of these permissions; LMIMP in somebody''s name.';
