create or replace function app_private.raise_bad_invitation(why text)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  raise exception '%', raise_bad_invitation.why
    using errcode = 'LMINV', hint = 'Ask the organization to invite you again.';
end
$$;

comment on function app_private.raise_bad_invitation(text) is 'Raises LMINV.';
