-- See bookings_manager.
create or replace view app_public.customers_manager with (security_barrier = true) as
select
  c.id, c.organization_id,
  case when m.may_read_names then c.first_name else left(c.first_name, 1) || '***' end
    as first_name,
  case when m.may_read_names then c.last_name else left(c.last_name, 1) || '***' end as last_name,
  case when m.may_read_names then c.email::text else left(c.email::text, 1) || '***' end as email,
  case when m.may_read_names then c.phone end as phone,
  c.created_at
from app_public.customers as c
cross join lateral (
  select c.organization_id in (
    select app_hidden.permitted_organization_ids('customers.read_names')
  ) as may_read_names
) as m
where c.organization_id in (select app_hidden.permitted_organization_ids('bookings.read'));

comment on view app_public.customers_manager is
  E'@primaryKey id\nCustomers of your organizations. Names and addresses are masked without the '
  'permission customers.read_names.';
comment on column app_public.customers_manager.id is 'Identifier.';
comment on column app_public.customers_manager.organization_id is 'From whom they buy.';
comment on column app_public.customers_manager.first_name is 'Given name, or J***.';
comment on column app_public.customers_manager.last_name is 'Family name, or D***.';
comment on column app_public.customers_manager.email is 'The address, or j***.';
comment on column app_public.customers_manager.phone is 'Telephone number, unless masked.';
comment on column app_public.customers_manager.created_at is 'When they first bought.';
revoke all on app_public.customers_manager from public;
grant select on app_public.customers_manager to lml_user;
