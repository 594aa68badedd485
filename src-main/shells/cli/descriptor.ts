import { fstatSync, readSync, type Stats } from 'node:fs';
import { SignetError } from '../../../src-shared/base/error.ts';

/** At most 8 passwords of 1 KiB. */
const most = 8192;
/** How long a pipe may keep us waiting, ms. */
const patienceMs = 10_000;

/**
 * Passwords from `--password-fd N`: one a line, read to the end of the file or pipe. Never from the command line or the environment,
 * where every program of this user could read them. Throws OPTION_INVALID.
 */
export function readPasswords(text: string): readonly string[] {
  const descriptor = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(descriptor))
    throw new SignetError('OPTION_INVALID', `"${text}" in --password-fd is no file descriptor.`);
  const trouble = (reason: string, cause?: unknown): SignetError =>
    new SignetError(
      'OPTION_INVALID',
      `No password can be read from file descriptor ${descriptor}: ${reason}.`,
      { descriptor },
      cause,
    );
  let stats: Stats;
  try {
    stats = fstatSync(descriptor);
  } catch (thrown) {
    throw trouble('it is not open', thrown);
  }
  if (!stats.isFile() && !stats.isFIFO() && !stats.isSocket() && !stats.isCharacterDevice())
    throw trouble('it is neither a file nor a pipe');
  if (descriptor === 0 && process.stdin.isTTY === true)
    throw trouble('it is a terminal; without --password-fd the password is asked for there');
  const buffer = Buffer.alloc(most);
  try {
    const length = fill(descriptor, buffer, trouble);
    if (length === most) throw trouble(`it holds more than ${most} bytes`);
    const lines = buffer
      .toString('utf8', 0, length)
      .split(/\r?\n/)
      .filter((line) => line !== '');
    if (lines.length === 0) throw trouble('there is none');
    return lines;
  } finally {
    buffer.fill(0);
  }
}

function fill(descriptor: number, buffer: Buffer, trouble: (reason: string, cause?: unknown) => SignetError): number {
  const until = performance.now() + patienceMs;
  let length = 0;
  while (length < buffer.length) {
    try {
      const count = readSync(descriptor, buffer, length, buffer.length - length, null);
      if (count === 0) break;
      length += count;
    } catch (thrown) {
      const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
      if (code === 'EOF') break;
      // A pipe that does not block says so; there is nothing to do meanwhile.
      if (code !== 'EAGAIN') throw trouble(thrown instanceof Error ? thrown.message : String(thrown), thrown);
      if (performance.now() > until) throw trouble(`nothing came within ${patienceMs / 1000} s`);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
  return length;
}
