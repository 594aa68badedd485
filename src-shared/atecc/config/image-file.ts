import { parseUtf8 } from '../../base/bytes.ts';
import { SignetError } from '../../base/error.ts';
import { CONFIG_SIZE } from '../address.ts';
import { hex8 } from './bits.ts';

/** A file larger than this is no configuration file; nothing of it is looked at. */
const largestFile = 64 * 1024;

/** Where in the file, counted from 1; a column is one character. */
interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * Parses a `--config` file: the 128 bytes of the configuration zone as hex text (the note, 3.5; config-zone.md 4).
 * Digits in either case, bytes together or apart; between them white space and single commas; each byte may carry 0x.
 * A UTF-8 byte order mark is skipped. All 128 bytes are returned, bytes 0..15 and 84..87 included, although no client writes them.
 * @param content the file's bytes.
 * @param name how the file is called in the sentence of an error.
 * @throws SignetError FILE_INVALID with `line` and `column` in its details.
 */
export function parseConfigFile(content: Uint8Array, name = 'configuration file'): Uint8Array {
  const invalid = (at: Position, sentence: string): SignetError =>
    new SignetError('FILE_INVALID', `${name}, line ${at.line}, column ${at.column}: ${sentence}`, {
      file: name,
      ...at,
    });
  if (content.length > largestFile) {
    throw invalid({ line: 1, column: 1 }, `${content.length} bytes are far too many for 128 bytes of hex`);
  }
  const text = parseUtf8(content);
  if (text === undefined) {
    const wide = (content[0] === 0xff && content[1] === 0xfe) || (content[0] === 0xfe && content[1] === 0xff);
    throw invalid(
      firstNotUtf8(content),
      wide ? 'the file is UTF-16; save it as UTF-8 or ASCII text' : 'the file is not UTF-8 text',
    );
  }
  const image = new Uint8Array(CONFIG_SIZE);
  let count = 0;
  let comma: Position | undefined = { line: 1, column: 1 };
  let end: Position = { line: 1, column: 1 };
  for (const token of tokens(text)) {
    end = token.after;
    if (token.text === ',') {
      if (comma !== undefined) throw invalid(token.at, 'a comma without a byte before it');
      comma = token.at;
      continue;
    }
    comma = undefined;
    const wrongAt = token.text.search(/[^0-9a-fA-FxX]/);
    if (wrongAt >= 0) {
      const character = String.fromCodePoint(token.text.codePointAt(wrongAt) ?? 0);
      const column = token.at.column + [...token.text.slice(0, wrongAt)].length;
      throw invalid({ line: token.at.line, column }, `${quoted(character)} is not a hex digit`);
    }
    const prefixed = /^0[xX]/.test(token.text);
    const digits = prefixed ? token.text.slice(2) : token.text;
    const strayX = digits.search(/[xX]/);
    if (strayX >= 0) {
      const column = token.at.column + (prefixed ? 2 : 0) + strayX;
      throw invalid({ line: token.at.line, column }, `${quoted(digits.charAt(strayX))} is not a hex digit`);
    }
    if (prefixed && digits.length !== 2)
      throw invalid(token.at, `"${shortened(token.text)}": two hex digits must follow 0x`);
    if (digits.length % 2 !== 0) {
      throw invalid(token.at, `"${shortened(token.text)}" has an odd number of hex digits; a byte needs two`);
    }
    for (let i = 0; i < digits.length; i += 2) {
      if (count < CONFIG_SIZE) image[count] = Number.parseInt(digits.slice(i, i + 2), 16);
      count += 1;
      if (count === CONFIG_SIZE + 1) {
        const column = token.at.column + (prefixed ? 0 : i);
        throw invalid({ line: token.at.line, column }, 'more than 128 bytes; this is the first too many');
      }
    }
  }
  if (count < CONFIG_SIZE) throw invalid(end, `the file ends after ${count} of 128 bytes`);
  return image;
}

/** The file for an image: eight lines of 16 bytes, LF at the end of each. RangeError unless 128 bytes. */
export function formatConfigFile(image: Uint8Array): string {
  if (image.length !== CONFIG_SIZE) throw new RangeError(`a configuration zone has 128 bytes, not ${image.length}`);
  let text = '';
  for (const [i, byte] of image.entries()) text += `${hex8(byte)}${i % 16 === 15 ? '\n' : ' '}`;
  return text;
}

interface Token {
  /** A comma, or a run of characters that are neither comma nor white space. */
  readonly text: string;
  readonly at: Position;
  /** Position just behind it. */
  readonly after: Position;
}

function* tokens(text: string): Generator<Token> {
  const withoutMark = text.startsWith('\uFEFF') ? text.slice(1) : text;
  for (const [i, line] of withoutMark.split(/\r\n|\n|\r/).entries()) {
    for (const match of line.matchAll(/,|[^\s,]+/gu)) {
      const column = 1 + [...line.slice(0, match.index)].length;
      const after = column + [...match[0]].length;
      yield { text: match[0], at: { line: i + 1, column }, after: { line: i + 1, column: after } };
    }
  }
}

/** Position of the first byte that does not belong to UTF-8 text. */
function firstNotUtf8(content: Uint8Array): Position {
  let line = 1;
  let start = 0;
  for (let i = 0; i <= content.length; i += 1) {
    if (i < content.length && content[i] !== 0x0a) continue;
    if (parseUtf8(content.subarray(start, i)) === undefined) {
      return { line, column: 1 + charactersBeforeDamage(content.subarray(start, i)) };
    }
    line += 1;
    start = i + 1;
  }
  return { line: 1, column: 1 };
}

function charactersBeforeDamage(line: Uint8Array): number {
  let good = '';
  for (let length = 1; length <= line.length; length += 1) {
    // A prefix may end inside a character; four bytes further on it is damage.
    const prefix = parseUtf8(line.subarray(0, length));
    if (prefix !== undefined) good = prefix;
    else if (length - new TextEncoder().encode(good).length >= 4) break;
  }
  return [...good].length;
}

function quoted(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20 || code === 0x7f) return `the control character ${hex8(code)}`;
  return `"${character}"`;
}

function shortened(text: string): string {
  return text.length <= 16 ? text : `${text.slice(0, 13)}...`;
}
