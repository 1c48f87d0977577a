create or replace function app_private.refuse_own_request(requested_by uuid, permission text)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if refuse_own_request.requested_by = app_hidden.current_user_id() then
    raise exception 'Somebody else has to approve what you have asked for.'
      using errcode = 'LMAPV',
        hint = format('Ask another member with %s.', refuse_own_request.permission);
  end if;
end
$$;

comment on function app_private.refuse_own_request(uuid, text) is
  'Raises LMAPV when whoever has asked for something is about to approve it.';
