create table app_public.planted_slug (organization_id uuid, slug text unique);
create table app_public.planted_expression (organization_id uuid, slug text);
create unique index on app_public.planted_expression (lower(slug));
create table app_public.planted_included (organization_id uuid, slug text);
create unique index on app_public.planted_included (slug) include (organization_id);
create table app_public.harmless_keys (
  id uuid primary key,
  organization_id uuid,
  slug text,
  token_hash bytea unique,
  unique (organization_id, slug)
);
create table app_public.harmless_global (slug text unique);
