import { fail, ok, type Result } from '../base/result.ts';

/** A block of a PEM text. */
export interface PemBlock {
  /** What stands behind BEGIN: "CERTIFICATE", "PRIVATE KEY" … */
  readonly label: string;
  readonly bytes: Uint8Array;
}

/** PEM of a DER value (RFC 7468), 64 characters a line, LF at the end. */
export function encodePem(label: string, bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  const rows = btoa(binary).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${rows.join('\n')}${rows.length > 0 ? '\n' : ''}-----END ${label}-----\n`;
}

const maxPemText = 1 << 20;

/** All blocks of a PEM text; what stands outside them is left aside. The failure says what is wrong in one sentence. */
export function decodePem(text: string): Result<readonly PemBlock[], string> {
  if (text.length > maxPemText) return fail('the text is larger than 1 MiB');
  const blocks: PemBlock[] = [];
  let label: string | undefined;
  let base64 = '';
  for (const line of text.split(/\r\n|\r|\n/)) {
    const begin = /^-----BEGIN ([A-Z0-9 ]+)-----\s*$/.exec(line);
    const end = /^-----END ([A-Z0-9 ]+)-----\s*$/.exec(line);
    if (begin !== null) {
      if (label !== undefined) return fail(`-----BEGIN ${label}----- is not closed`);
      label = begin[1];
      base64 = '';
    } else if (end !== null) {
      if (label === undefined || end[1] !== label) return fail(`-----END ${end[1] ?? ''}----- has no beginning`);
      const bytes = decodeBase64(base64);
      if (bytes === undefined) return fail(`the block ${label} is not Base64`);
      blocks.push({ label, bytes });
      label = undefined;
    } else if (label !== undefined) {
      base64 += line.trim();
    }
  }
  return label === undefined ? ok(blocks) : fail(`-----BEGIN ${label}----- is not closed`);
}

/** Certificates of a file in either form: one DER value, or PEM with any number of them. */
export function certificatesOf(bytes: Uint8Array): Result<readonly Uint8Array[], string> {
  if (bytes[0] === 0x30) return ok([bytes]);
  const blocks = decodePem(new TextDecoder('latin1').decode(bytes));
  if (!blocks.ok) return blocks;
  const certificates = blocks.value.filter((block) => block.label === 'CERTIFICATE').map((block) => block.bytes);
  return certificates.length > 0 ? ok(certificates) : fail('the file holds no certificate');
}

function decodeBase64(text: string): Uint8Array | undefined {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) return undefined;
  const binary = atob(text);
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
