create table app_public.harmless_parent (
  organization_id uuid, id uuid primary key, unique (organization_id, id)
);
create table app_public.planted_child (
  organization_id uuid, parent_id uuid references app_public.harmless_parent
);
create table app_public.planted_crossed (
  organization_id uuid,
  parent_id uuid,
  foreign key (parent_id, organization_id)
    references app_public.harmless_parent (organization_id, id)
);
create table app_public.harmless_child (
  organization_id uuid,
  parent_id uuid,
  foreign key (organization_id, parent_id)
    references app_public.harmless_parent (organization_id, id)
);
create table app_public.harmless_global (id uuid primary key);
create table app_public.harmless_reference (
  organization_id uuid, global_id uuid references app_public.harmless_global
);
