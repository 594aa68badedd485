import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Chip } from '../../src-main/simulator/chip/index.ts';
import { defaultImage } from '../../src-shared/atecc/config/index.ts';
import type { RunRecord } from '../../src-shared/model/run-record.ts';
import { auditBooks, auditChip } from '../sweep/audit.ts';
import type { RealLine } from './real-line.ts';

/** What the books, and the very memory of the chips that passed, say against the line; nothing = all is well. */
export function complaints(line: RealLine, ...passed: readonly Chip[]): readonly string[] {
  const books = auditBooks(join(line.folder, 'data'), { rootPublicKey: rootKey(line), mayHavePending: true });
  const chips = passed.flatMap((chip) => {
    const image = defaultImage(chip.part);
    return auditChip(chip.inspect(), { lockedSlots: [], image }, books.certificates);
  });
  return [...books.complaints, ...chips];
}

/** X‖Y of the root. */
function rootKey(line: RealLine): Uint8Array {
  const root = new X509Certificate(readFileSync(join(line.folder, 'signer-files', 'root_certificate.pem')));
  const { x, y } = root.publicKey.export({ format: 'jwk' });
  return Buffer.concat([Buffer.from(x ?? '', 'base64url'), Buffer.from(y ?? '', 'base64url')]);
}

/** PASS, or the code of what it ended with. */
export function outcomeWords({ outcome }: RunRecord): string {
  return 'code' in outcome ? outcome.code : outcome.kind;
}
