create or replace function app_private.require_date(performance_id uuid)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if (
    select p.pass_name is not null
    from app_public.performances as p where p.id = require_date.performance_id
  ) then
    raise exception 'A pass is what its dates are: it has no times and no places of its own.'
      using errcode = 'LMINP', detail = 'performance_id', hint = 'Change its dates.';
  end if;
end
$$;

comment on function app_private.require_date(uuid) is
  'Raises LMINP for a pass, which is sold as a performance and takes place on others.';
