create or replace function app_private.raise_not_active(organization app_public.organizations)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  raise exception 'The organization is %.', (raise_not_active.organization).status
    using errcode = 'LMORG', detail = (raise_not_active.organization).id::text,
      hint = 'Ask the platform''s support.';
end
$$;

comment on function app_private.raise_not_active(app_public.organizations) is 'Raises LMORG.';
