import type pg from "pg";

/** Settings of one transaction, such as `{ role: "lml_anonymous" }`. */
export type Settings = Readonly<Record<string, string | undefined>>;

/** What sets them, prepared under a name. */
export interface SettingsQuery extends pg.QueryConfig {
  readonly name: string;
}

const known = new Map<string, { readonly name: string; readonly text: string }>();

/** One statement for each set of settings, of which there is one for each kind of request. Its result is one number. */
export function settingsQuery(settings: Settings): SettingsQuery {
  const names = Object.keys(settings);
  const key = names.join();
  let statement = known.get(key);
  if (statement === undefined) {
    const calls = names.map((name, at) => `set_config('${literal(name)}', $${at + 1}, true)`);
    statement = { name: `lml_settings_${known.size}`, text: `select num_nulls(${calls.join()})` };
    known.set(key, statement);
  }
  return { ...statement, values: names.map((name) => settings[name] ?? "") };
}

function literal(name: string): string {
  if (!/^[a-z_]+(\.[a-z_]+)?$/.test(name)) throw new Error(`This is not a setting: ${name}`);
  return name;
}
