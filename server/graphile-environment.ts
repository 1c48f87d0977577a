/**
 * Graphile's libraries ask for this when they are loaded, and check more and explain more in `development`. So this module
 * is imported before them.
 */
export const graphileEnvironment = (process.env["GRAPHILE_ENV"] ??= "production");
