create or replace function app_public.remove_member(member_id uuid)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_private.end_membership(app_private.lock_member(remove_member.member_id));
  return true;
end
$$;

comment on function app_public.remove_member(uuid) is
  'Ends a membership at once. Needs members.manage and all that the member may do. '
  'Raises LMNFD, LMRGT, LMIMP, LMOWN (the last owner).';
grant execute on function app_public.remove_member(uuid) to lml_user;
