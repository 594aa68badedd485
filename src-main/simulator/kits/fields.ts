/**
 * What legacy and D21 firmware make of a line: lower case, an optional "lib…:" field skipped, then the first letter
 * of each field counts (kit-protocol.md 1).
 */
export interface KitLine {
  /** First letter of the target: b, s, e, a, i … */
  readonly target: string;
  /** The field after the first colon, from its first letter to the end of the line, parentheses and all; undefined without a colon. */
  readonly rest: string | undefined;
}

/** The fields of a line as the kits of the legacy family look at it: lower case, a leading "lib…:" dropped. */
export function parseKitLine(line: string): KitLine {
  let text = line.toLowerCase();
  if (text.startsWith('lib')) {
    const colon = text.indexOf(':');
    if (colon >= 0) text = text.slice(colon + 1);
  }
  return { target: text.charAt(0), rest: afterColon(text) };
}

/** What follows the next colon; undefined when there is none. */
export function afterColon(text: string): string | undefined {
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : text.slice(colon + 1);
}

/**
 * The bytes in parentheses; undefined without an opening one. A missing closing one is allowed, an odd last digit and
 * characters that are no hex digits count as 0: so does the firmware.
 */
export function dataLoad(text: string): Uint8Array | undefined {
  const open = text.indexOf('(');
  if (open < 0) return undefined;
  const close = text.indexOf(')', open);
  const digits = text.slice(open + 1, close < 0 ? undefined : close).replace(/[\r\n]+$/, '');
  const bytes = new Uint8Array(digits.length < 2 ? 0 : Math.ceil(digits.length / 2));
  for (let i = 0; i < bytes.length; i += 1)
    bytes[i] = nibble(digits.charAt(2 * i)) * 16 + nibble(digits.charAt(2 * i + 1));
  return bytes;
}

function nibble(digit: string): number {
  const value = Number.parseInt(digit, 16);
  return Number.isNaN(value) ? 0 : value;
}
