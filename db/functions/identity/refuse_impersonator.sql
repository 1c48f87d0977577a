create or replace function app_hidden.refuse_impersonator()
returns void
language plpgsql stable set search_path = ''
as $$
begin
  if app_hidden.current_impersonator_id() is not null then
    raise exception 'Only the owner of the account may do this, not somebody in their name.'
      using errcode = 'LMIMP';
  end if;
end
$$;

comment on function app_hidden.refuse_impersonator() is
  'Raises LMIMP when platform staff acts in somebody else''s name.';
grant execute on function app_hidden.refuse_impersonator() to lml_anonymous, lml_user;
