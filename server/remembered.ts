/**
 * A function that remembers what it has made of texts, where making takes longer than looking. Whoever asks chooses the
 * texts, so all are forgotten as soon as there are too many.
 */
export function remembered<Made extends object | string>(
  max: number,
  make: (text: string) => Made,
): (text: string) => Made {
  const known = new Map<string, Made>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const made = make(text);
    if (known.size >= max) known.clear();
    known.set(text, made);
    return made;
  };
}
