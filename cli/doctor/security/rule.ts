/** Something that holds in every database of ours. */
export interface Rule {
  readonly check: string;
  /** Returns one row for each thing that is not as it should be. */
  readonly query: string;
  readonly fine: string;
  readonly advice: string;
}

/** For queries: the schemas in which everything is ours. */
export const ourSchemas = "('app_public', 'app_hidden', 'app_private')";
