import { parseHex } from '../base/bytes.ts';
import { fail, ok, type Result } from '../base/result.ts';

/** One reply line, taken apart. */
export interface KitReply {
  /** Words before the status; only replies to `board:` lines have any (kit-protocol.md 1). */
  readonly words: readonly string[];
  /** Kit status: the low byte of the hex digits before "(". */
  readonly status: number;
  /** Whether the status had more than two digits: a negative int of the modern kit host, `FFFFFFF4()`. */
  readonly negative: boolean;
  /** What stood between the parentheses. */
  readonly data: Uint8Array;
}

const WHOLE_REPLY = /^(?:(\S.*?) +)?([0-9A-Fa-f]{2,8}) ?\(([0-9A-Fa-f]*)\)$/;

/**
 * A line of the kit as a reply; the failure is the line itself, cut to 80 printable characters. Lines that are no reply
 * (banners, an echo of our own request, half lines) must be expected between replies.
 * Tolerated: white space around the line, lower case hex, one space before "(", two to eight status digits.
 */
export function parseReply(line: string): Result<KitReply, string> {
  const match = WHOLE_REPLY.exec(line.trim());
  if (match === null) return fail(printable(line));
  const [, words, digits, hex] = match;
  const data = parseHex(hex ?? '');
  if (data === undefined || digits === undefined) return fail(printable(line));
  return ok({
    words: words === undefined ? [] : words.split(/ +/),
    status: Number.parseInt(digits.slice(-2), 16),
    negative: digits.length > 2,
    data,
  });
}

/** At most 80 characters of a line with everything unprintable shown as "·": what messages may quote. */
export function printable(line: string): string {
  return line.slice(0, 80).replace(/[^\x20-\x7e]/g, '·');
}
