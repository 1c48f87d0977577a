create or replace function app_public.membership_as_of(
  organization_id uuid, user_id uuid, at timestamptz
)
returns app_public.past_membership
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_id uuid;
  v_past app_public.past_membership;
begin
  if app_hidden.require_user_id() is distinct from membership_as_of.user_id then
    perform app_hidden.require_permission(membership_as_of.organization_id, 'audit.read');
  end if;
  perform app_private.require_past(membership_as_of.at);

  -- Who came back is another row.
  for v_id in
    select m.id from app_public.organization_members as m
    where m.organization_id = membership_as_of.organization_id
      and m.user_id = membership_as_of.user_id
    union
    select l.entity_id from app_public.audit_log as l
    where l.organization_id = membership_as_of.organization_id
      and l.entity_type = 'organization_members'
      and l.old_values ->> 'user_id' = membership_as_of.user_id::text
  loop
    v_past := jsonb_populate_record(
      null::app_public.past_membership,
      app_private.row_as_of(
        'organization_members', v_id,
        (select to_jsonb(m) from app_public.organization_members as m where m.id = v_id),
        membership_as_of.at
      )
    );
    exit when v_past.user_id = membership_as_of.user_id;
  end loop;
  if v_past.user_id is null then
    return null;
  end if;
  v_past.member_id := v_id;
  v_past.extra_permissions := app_private.member_permissions_as_of(
    membership_as_of.organization_id, v_id, membership_as_of.at
  );
  v_past.venue_ids := array(
    select a.venue_id from app_public.user_venue_access as a
    where a.organization_id = membership_as_of.organization_id
      and a.user_id = membership_as_of.user_id
      and a.granted_at <= membership_as_of.at
      and (a.revoked_at is null or a.revoked_at > membership_as_of.at)
    order by 1
  );
  v_past.as_of := membership_as_of.at;
  return v_past;
end
$$;

comment on function app_public.membership_as_of(uuid, uuid, timestamptz) is
  'What somebody was in an organization at a moment, and with which rights beyond the role; null '
  'when nobody. For the user and for members with audit.read. Raises LMAUT, LMSES, LMNFD, LMRGT, '
  'LMINP (the future, or what was dropped by retention).';
grant execute on function app_public.membership_as_of(uuid, uuid, timestamptz) to lml_user;
