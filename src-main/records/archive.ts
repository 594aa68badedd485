import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { clearCutOff, type DurableFiles } from './durable-files.ts';
import type { StorageGuard } from './storage-guard.ts';
import { blob, number, type Store, text } from './store.ts';

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
  /** Makes the folder of a device: a disk that does not take it is noticed before anything is signed. */
  prepare(serialNumber: string): Promise<void>;
  store(entry: ArchiveEntry): Promise<void>;
  /**
   * Puts files back that the index knows and the folder lacks, and clears away what was cut off while it was written; gives the paths of
   * those put back. `interrupted`: serial numbers of chips whose certificate was being made.
   */
  repair(interrupted?: readonly string[]): Promise<readonly string[]>;
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

/** Folders of devices whose request may be under way; making one that is there does no harm. */
const mostKnownFolders = 256;

/** Opens the archive below `folder` (made when missing). */
export async function openArchive(options: {
  readonly folder: string;
  readonly store: Store;
  readonly files: DurableFiles;
  readonly guard: StorageGuard;
}): Promise<DurableArchive> {
  const { folder, store, files, guard } = options;
  const signerFolder = join(folder, 'signers');
  await files.makeFolder(signerFolder);
  const knownFolders = new Set<string>();
  const knownSigners = new Set<string>();

  const pathsOf = (
    entry: Pick<ArchiveEntry, 'serialNumber' | 'certificateSerial'>,
  ): { readonly folder: string; readonly der: string; readonly pem: string } => {
    const device = join(folder, entry.serialNumber);
    const base = join(device, `device-${entry.certificateSerial}`);
    return { folder: device, der: `${base}.der`, pem: `${base}.pem` };
  };

  const makeFolder = async (device: string): Promise<void> => {
    if (knownFolders.has(device)) return;
    await files.makeFolder(device);
    if (knownFolders.size > mostKnownFolders) knownFolders.clear();
    knownFolders.add(device);
  };

  const trial = join(signerFolder, '.trial');
  guard.addTrial(() => files.replace(trial, new Uint8Array(4096)));

  const writeFiles = async (entry: ArchiveEntry): Promise<string[]> => {
    const paths = pathsOf(entry);
    await makeFolder(paths.folder);
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
        knownFolders.delete(paths.folder);
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
    prepare: (serialNumber) => (serialNumber === '' ? Promise.resolve() : makeFolder(join(folder, serialNumber))),
    async store(entry) {
      await guard.essential(() => writeFiles(entry));
      await store.write(
        (database) => {
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
        },
        { essential: true },
      );
    },
    async repair(interrupted = []) {
      clearCutOff([signerFolder, ...interrupted.map((serialNumber) => join(folder, serialNumber))]);
      const written: string[] = [];
      // The newest ones are those a power cut can have taken: the folder of a device is made durable, its own entry in the archive's
      // folder only when the system gets round to it, at most half a minute later.
      const newest = store.all(
        'SELECT id, serial_number, certificate_serial FROM certificates ORDER BY id DESC LIMIT 10000',
      );
      for (const row of newest) {
        const paths = pathsOf({
          serialNumber: text(row, 'serial_number'),
          certificateSerial: text(row, 'certificate_serial'),
        });
        if (existsSync(paths.der) && existsSync(paths.pem)) continue;
        const whole = store.get('SELECT * FROM certificates WHERE id = ?', number(row, 'id'));
        if (whole !== undefined) written.push(...(await writeFiles(entryOf(whole))));
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
