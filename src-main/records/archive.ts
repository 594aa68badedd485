import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DurableFiles } from './durable-files.ts';
import { blob, type Store, text } from './store.ts';

/**
 * The certificates that were issued: a folder per device with DER and PEM (the PEM holds the chain: device, then signer), the
 * signers' own certificates once each, and an index in the store. The files are durable before the index row, the row before
 * anything is handed out (signer-and-server.md 7.5).
 */
export interface ArchiveEntry {
  readonly serialNumber: string;
  readonly publicKey: string;
  readonly definitionDigest: string;
  readonly caPublicKey: string;
  readonly signerSerialNumber: string;
  readonly deviceCertificate: Uint8Array;
  readonly signerCertificate: Uint8Array;
  readonly compressedCertificate: Uint8Array;
  readonly signerCompressedCertificate: Uint8Array;
  readonly certificateSerial: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly issuedAt: string;
}

export interface DurableArchive {
  bySerialNumber(serialNumber: string): readonly ArchiveEntry[];
  hasCertificateSerial(caPublicKey: string, certificateSerial: string): boolean;
  store(entry: ArchiveEntry): Promise<void>;
  /** Puts files back that the index knows and the folder lacks; gives their paths. */
  repair(): Promise<readonly string[]>;
  readonly folder: string;
}

/** PEM text of DER certificates, in the given order. */
export function pemOf(...certificates: readonly Uint8Array[]): string {
  return certificates
    .map((der) => {
      const body = Buffer.from(der)
        .toString('base64')
        .replace(/.{1,64}/g, '$&\n');
      return `-----BEGIN CERTIFICATE-----\n${body}-----END CERTIFICATE-----\n`;
    })
    .join('');
}

/** Opens the archive below `folder` (made when missing). */
export async function openArchive(options: {
  readonly folder: string;
  readonly store: Store;
  readonly files: DurableFiles;
}): Promise<DurableArchive> {
  const { folder, store, files } = options;
  const signerFolder = join(folder, 'signers');
  await files.makeFolder(signerFolder);
  const knownFolders = new Set<string>();
  const knownSigners = new Set<string>();

  const pathsOf = (entry: ArchiveEntry): { readonly folder: string; readonly der: string; readonly pem: string } => {
    const device = join(folder, entry.serialNumber);
    const base = join(device, `device-${entry.certificateSerial}`);
    return { folder: device, der: `${base}.der`, pem: `${base}.pem` };
  };

  const writeFiles = async (entry: ArchiveEntry): Promise<string[]> => {
    const paths = pathsOf(entry);
    if (!knownFolders.has(paths.folder)) {
      await files.makeFolder(paths.folder);
      knownFolders.add(paths.folder);
      if (knownFolders.size > 10_000) knownFolders.clear();
    }
    const jobs: Promise<void>[] = [
      files.replace(paths.der, entry.deviceCertificate),
      files.replace(paths.pem, Buffer.from(pemOf(entry.deviceCertificate, entry.signerCertificate))),
    ];
    const written = [paths.der, paths.pem];
    const signer = join(
      signerFolder,
      `${entry.signerSerialNumber}-${Buffer.from(entry.signerCertificate.slice(-8)).toString('hex').toUpperCase()}`,
    );
    if (!knownSigners.has(signer)) {
      if (!existsSync(`${signer}.pem`)) {
        jobs.push(
          files.replace(`${signer}.der`, entry.signerCertificate),
          files.replace(`${signer}.pem`, Buffer.from(pemOf(entry.signerCertificate))),
        );
        written.push(`${signer}.der`, `${signer}.pem`);
      }
      knownSigners.add(signer);
    }
    // All have settled before an error is passed on: nothing may still be writing when the caller reports failure.
    const outcomes = await Promise.allSettled(jobs);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') {
        knownSigners.delete(signer);
        throw outcome.reason;
      }
    }
    return written;
  };

  return {
    folder,
    bySerialNumber: (serialNumber) =>
      store.all('SELECT * FROM certificates WHERE serial_number = ? ORDER BY id', serialNumber).map(entryOf),
    hasCertificateSerial: (caPublicKey, certificateSerial) =>
      store.get(
        'SELECT 1 AS one FROM certificates WHERE ca_public_key = ? AND certificate_serial = ? LIMIT 1',
        caPublicKey,
        certificateSerial,
      ) !== undefined,
    async store(entry) {
      await writeFiles(entry);
      await store.write((database) => {
        database
          .prepare(
            `INSERT OR IGNORE INTO certificates (serial_number, public_key, definition_digest, ca_public_key, signer_sn, certificate_serial,
             not_before, not_after, issued_at, device_der, signer_der, compressed, signer_compressed) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)`,
          )
          .run(
            entry.serialNumber,
            entry.publicKey,
            entry.definitionDigest,
            entry.caPublicKey,
            entry.signerSerialNumber,
            entry.certificateSerial,
            entry.notBefore,
            entry.notAfter,
            entry.issuedAt,
            entry.deviceCertificate,
            entry.signerCertificate,
            entry.compressedCertificate,
            entry.signerCompressedCertificate,
          );
      });
    },
    async repair() {
      const present = new Set(readdirSync(folder));
      const written: string[] = [];
      // The newest ones are those a crash can have cut off; older ones were fsynced long ago.
      for (const row of store.all('SELECT * FROM certificates ORDER BY id DESC LIMIT 64')) {
        const entry = entryOf(row);
        const paths = pathsOf(entry);
        if (present.has(entry.serialNumber) && existsSync(paths.der) && existsSync(paths.pem)) continue;
        written.push(...(await writeFiles(entry)));
      }
      return written;
    },
  };
}

function entryOf(row: Record<string, unknown>): ArchiveEntry {
  return {
    serialNumber: text(row, 'serial_number'),
    publicKey: text(row, 'public_key'),
    definitionDigest: text(row, 'definition_digest'),
    caPublicKey: text(row, 'ca_public_key'),
    signerSerialNumber: text(row, 'signer_sn'),
    deviceCertificate: blob(row, 'device_der'),
    signerCertificate: blob(row, 'signer_der'),
    compressedCertificate: blob(row, 'compressed'),
    signerCompressedCertificate: blob(row, 'signer_compressed'),
    certificateSerial: text(row, 'certificate_serial'),
    notBefore: text(row, 'not_before'),
    notAfter: text(row, 'not_after'),
    issuedAt: text(row, 'issued_at'),
  };
}
