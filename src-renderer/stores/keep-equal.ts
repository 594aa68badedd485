/**
 * `after`, or `before` where the two are equal: parts of `after` that equal theirs in `before` are the objects they were, so that a
 * comparison by identity tells whether anything changed. For JSON-safe values; neither is changed.
 */
export function keepEqual<T>(before: T, after: T): T {
  // Equal to `after` in every part, so of its type.
  return shared(before, after) as T;
}

function shared(before: unknown, after: unknown): unknown {
  if (Object.is(before, after)) return before;
  if (Array.isArray(before) && Array.isArray(after)) {
    const parts = after.map((part: unknown, index) => shared(before[index], part));
    return parts.length === before.length && parts.every((part, index) => part === before[index]) ? before : parts;
  }
  if (!isRecord(before) || !isRecord(after)) return after;
  const keys = Object.keys(after);
  const parts: Record<string, unknown> = { ...after };
  let equal = keys.length === Object.keys(before).length;
  for (const key of keys) {
    const known = Object.hasOwn(before, key);
    const part = known ? shared(before[key], after[key]) : after[key];
    parts[key] = part;
    if (!known || part !== before[key]) equal = false;
  }
  return equal ? before : parts;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
