create or replace function app_public.import_memberships(
  organization_id uuid, emails text[], valid_from timestamptz default null,
  valid_until timestamptz default null
)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  c_emails_max constant integer := 10000;
  v_user_id uuid;
  v_during tstzrange;
  v_bad text;
  v_count integer;
begin
  perform app_hidden.require_permission(import_memberships.organization_id, 'memberships.manage');
  v_user_id := app_hidden.require_user_id();
  v_during := app_hidden.time_span(
    coalesce(import_memberships.valid_from, now()), import_memberships.valid_until
  );
  if coalesce(cardinality(import_memberships.emails), 0) not between 1 and c_emails_max then
    raise exception '1 to % addresses are imported at once.', c_emails_max
      using errcode = 'LMINP', detail = 'emails';
  end if;
  select coalesce(e, '') into v_bad
  from unnest(import_memberships.emails) as e
  where not app_private.has_two_sides(trim(e)) or length(e) > 320
  limit 1;
  if found then
    raise exception 'This is no address: "%".', left(v_bad, 100)
      using errcode = 'LMINP', detail = 'emails';
  end if;
  insert into app_public.memberships (organization_id, email, valid_during, granted_by)
  select distinct on (lower(trim(e)))
    import_memberships.organization_id, trim(e), v_during, v_user_id
  from unnest(import_memberships.emails) as e
  on conflict do nothing;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

comment on function app_public.import_memberships(uuid, text[], timestamptz, timestamptz) is
  'Makes members of up to 10,000 addresses; who is one at that time already is passed over. '
  'Returns how many were new. Needs memberships.manage. Raises LMNFD, LMRGT, LMINP.';
grant execute on function app_public.import_memberships(uuid, text[], timestamptz, timestamptz)
  to lml_user;
