create table app_public.harmless_parent (
  organization_id uuid, id uuid, unique (organization_id, id)
);
create table app_public.planted_child (
  organization_id uuid,
  parent_id uuid,
  foreign key (organization_id, parent_id)
    references app_public.harmless_parent (organization_id, id)
);
create index on app_public.planted_child (organization_id);
create index on app_public.planted_child (organization_id, parent_id)
where parent_id > organization_id;
create table app_public.harmless_child (
  organization_id uuid,
  parent_id uuid,
  foreign key (organization_id, parent_id)
    references app_public.harmless_parent (organization_id, id)
);
create index on app_public.harmless_child (parent_id, organization_id) where parent_id is not null;
create table app_public.harmless_only_child (
  organization_id uuid,
  parent_id uuid unique,
  foreign key (organization_id, parent_id)
    references app_public.harmless_parent (organization_id, id)
);
