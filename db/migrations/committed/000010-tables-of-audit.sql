--! Previous: sha1:bc26f1d2aa9690ef7aa005aca2eaf9f0a95db2ed
--! Hash: sha1:7f211b50819cf93f55ae3179ac7eb1cf016eb8b1
--! Message: tables of audit

--! split: 100-tables.sql
-- Who changed what. Written by triggers in the transaction of the change itself.

create table app_public.audit_log (
  id uuid not null default uuidv7(),
  organization_id uuid,
  action text not null,
  entity_type text not null,
  entity_id uuid,
  user_id uuid,
  database_role text not null,
  request_id text,
  ip_address inet,
  user_agent text,
  old_values jsonb,
  new_values jsonb,
  created_at timestamptz not null default now(),
  primary key (id, created_at),
  constraint audit_log_action_is_known check (action in ('insert', 'update', 'delete'))
) partition by range (created_at);
create index audit_log_organization_id_idx on app_public.audit_log (organization_id, created_at);
create index audit_log_entity_idx on app_public.audit_log (entity_type, entity_id, created_at);

comment on table app_public.audit_log is 'Every change of what is audited: append-only.';
comment on column app_public.audit_log.id is 'Identifier.';
comment on column app_public.audit_log.organization_id is
  'Whose row changed; null: the platform''s.';
comment on column app_public.audit_log.action is 'insert, update or delete.';
comment on column app_public.audit_log.entity_type is 'Table.';
comment on column app_public.audit_log.entity_id is 'Row.';
comment on column app_public.audit_log.user_id is 'Who did it; null: the system or a guest.';
comment on column app_public.audit_log.database_role is 'As which database role.';
comment on column app_public.audit_log.request_id is 'In which request.';
comment on column app_public.audit_log.ip_address is 'From which address.';
comment on column app_public.audit_log.user_agent is 'With which program.';
comment on column app_public.audit_log.old_values is 'The changed fields before.';
comment on column app_public.audit_log.new_values is 'The changed fields after.';
comment on column app_public.audit_log.created_at is 'When.';
