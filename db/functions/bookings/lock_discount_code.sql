-- Who would have the last use waits for who might have it. Codes without a limit need no lock, and
-- so their buyers do not wait for each other.
create or replace function app_private.lock_discount_code(code app_public.discount_codes)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if num_nonnulls(
    (lock_discount_code.code).uses_max, (lock_discount_code.code).uses_per_customer_max
  ) > 0 then
    perform from app_public.discount_codes as c
    where c.organization_id = (lock_discount_code.code).organization_id
      and c.id = (lock_discount_code.code).id
    for no key update;
  end if;
end
$$;

comment on function app_private.lock_discount_code(app_public.discount_codes) is
  'Makes others wait who would use a code with a limit. After the booking, in the order of locks.';
