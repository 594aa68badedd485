import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toHex } from '../../src-shared/base/bytes.ts';
import { SignetError } from '../../src-shared/base/error.ts';
import { type CertificateDefinition, decodeDefinition, encodeDefinition } from '../../src-shared/certificates/index.ts';
import type { DurableFiles } from './durable-files.ts';
import { blob, type Store, text } from './store.ts';

/** What is remembered of signers: who signed with which definitions, and set-ups that are under way. Nothing secret. */
export interface KnownSigner {
  readonly serialNumber: Uint8Array;
  readonly name: string;
  readonly signerId: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly deviceDefinition: CertificateDefinition;
  readonly signerDefinition: CertificateDefinition;
}

export interface DurableIdentityBook {
  remember(identity: KnownSigner & { readonly deviceDefinitionDigest: Uint8Array }): Promise<void>;
  identity(serialNumber: string, definitionDigest: string): KnownSigner | undefined;
}

export interface DurableSetUpNotes {
  setUpNote(serialNumber: string): { readonly begunAt: string; readonly publicKey: string } | undefined;
  setSetUpNote(
    serialNumber: string,
    note: { readonly begunAt: string; readonly publicKey: string } | undefined,
  ): Promise<void>;
}

export interface DurableDefinitions {
  definitionBytes(digest: string): Uint8Array | undefined;
  keepDefinition(digest: string, bytes: Uint8Array): Promise<void>;
}

function bytesOf(definition: CertificateDefinition): Uint8Array {
  const encoded = encodeDefinition(definition);
  if (!encoded.ok) throw new SignetError('INTERNAL', 'A definition in use cannot be encoded.');
  return encoded.value;
}

function definitionOf(bytes: Uint8Array): CertificateDefinition {
  const decoded = decodeDefinition(bytes);
  if (!decoded.ok) throw new SignetError('STORE_DAMAGED', 'A definition in the record store cannot be read.');
  return decoded.value;
}

/** Signers seen, in the store. */
export function openIdentityBook(store: Store): DurableIdentityBook {
  const known = new Map<string, KnownSigner>();
  return {
    async remember(identity) {
      const serialNumber = toHex(identity.serialNumber);
      const digest = toHex(identity.deviceDefinitionDigest);
      const key = `${serialNumber} ${digest} ${toHex(identity.publicKey)}`;
      if (known.has(key)) return;
      await store.write((database) => {
        database
          .prepare(
            `INSERT OR REPLACE INTO known_signers (serial_number, definition_digest, name, signer_id, public_key, device_definition, signer_definition)
             VALUES (?, ?, ?, ?, ?, ?, ?)`,
          )
          .run(
            serialNumber,
            digest,
            identity.name,
            identity.signerId,
            identity.publicKey,
            bytesOf(identity.deviceDefinition),
            bytesOf(identity.signerDefinition),
          );
      });
      known.set(key, identity);
    },
    identity(serialNumber, definitionDigest) {
      const row = store.get(
        'SELECT * FROM known_signers WHERE serial_number = ? AND definition_digest = ?',
        serialNumber,
        definitionDigest,
      );
      if (row === undefined) return undefined;
      return {
        serialNumber: new Uint8Array(Buffer.from(serialNumber, 'hex')),
        name: text(row, 'name'),
        signerId: blob(row, 'signer_id'),
        publicKey: blob(row, 'public_key'),
        deviceDefinition: definitionOf(blob(row, 'device_definition')),
        signerDefinition: definitionOf(blob(row, 'signer_definition')),
      };
    },
  };
}

/** Set-ups under way, in the store. */
export function openSetUpNotes(store: Store): DurableSetUpNotes {
  return {
    setUpNote(serialNumber) {
      const row = store.get('SELECT begun_at, public_key FROM set_up_notes WHERE serial_number = ?', serialNumber);
      return row === undefined ? undefined : { begunAt: text(row, 'begun_at'), publicKey: text(row, 'public_key') };
    },
    setSetUpNote: (serialNumber, note) =>
      store.write((database) => {
        if (note === undefined) database.prepare('DELETE FROM set_up_notes WHERE serial_number = ?').run(serialNumber);
        else {
          database
            .prepare('INSERT OR REPLACE INTO set_up_notes (serial_number, begun_at, public_key) VALUES (?, ?, ?)')
            .run(serialNumber, note.begunAt, note.publicKey);
        }
      }),
  };
}

/** Custom definitions as files `definitions/<SHA-256>.adf` in the canonical layout. */
export function openDefinitions(folder: string, files: DurableFiles): DurableDefinitions {
  const pathOf = (digest: string): string => {
    if (!/^[0-9A-F]{64}$/.test(digest)) throw new RangeError('a digest has 64 upper-case hex digits');
    return join(folder, `${digest}.adf`);
  };
  return {
    definitionBytes(digest) {
      try {
        return new Uint8Array(readFileSync(pathOf(digest)));
      } catch {
        return undefined;
      }
    },
    keepDefinition: (digest, bytes) => files.replace(pathOf(digest), bytes),
  };
}
