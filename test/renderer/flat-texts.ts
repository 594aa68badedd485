/** Every text of a language by its dotted key. */
export function flatTexts(tree: object, prefix = ''): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') found.set(`${prefix}${key}`, value);
    else if (typeof value === 'object' && value !== null)
      for (const [inner, text] of flatTexts(value, `${prefix}${key}.`)) found.set(inner, text);
  }
  return found;
}
