import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { Part } from '../../src-shared/atecc/command.ts';
import {
  configPreset,
  configPresets,
  type Finding,
  findingLine,
  fittingParts,
  hasErrors,
  type LintContext,
  lintConfig,
  parseConfigFile,
  presetImage,
  renderConfig,
} from '../../src-shared/atecc/config/index.ts';
import { toHex } from '../../src-shared/base/bytes.ts';
import { SignetError } from '../../src-shared/base/error.ts';
import {
  arraySource,
  certificatesOf,
  type DecodedCertificate,
  dateText,
  decodeCertificate,
  encodePem,
  nameText,
  oidName,
  readCertInfo,
  verifyDigest,
} from '../../src-shared/certificates/index.ts';
import { inEnglish } from '../../src-shared/model/reasons.ts';
import { verifySigningLog } from '../records/index.ts';
import { readBytes, readText } from './files.ts';
import { certInfoError } from './plan-from-options.ts';

/** What the tools of the command line print: pure reports over files. */

/** Part that an image is meant for: as told, else the one it fits, else the note's. */
function partOfImage(image: Uint8Array, told: Part | undefined): Part {
  return told ?? fittingParts(image)[0] ?? 'ATECC508A';
}

/** A configuration image from a file, or one of the published ones by `preset:NAME`. */
function readImage(name: string): Uint8Array {
  if (name.startsWith('preset:')) {
    const preset = configPreset(name.slice(7));
    if (preset === undefined)
      throw new SignetError(
        'OPTION_INVALID',
        `There is no published image "${name.slice(7)}"; known are ${configPresets.map(({ id }) => id).join(', ')}.`,
        { name },
      );
    return presetImage(preset.id);
  }
  return parseConfigFile(readBytes(name, 'configuration file'), name);
}

/** `config show` */
export function showConfig(file: string, part: Part | undefined): string {
  const image = readImage(file);
  return renderConfig(image, partOfImage(image, part));
}

/** `config show --c`: the image as a C array, as the embedded client compiles it in. */
export function imageSource(file: string, part: Part | undefined): string {
  const bytes = readImage(file);
  const name = partOfImage(bytes, part) === 'ATECC608' ? 'g_image_608' : 'g_image_508a';
  return `#include <stdint.h>\n\n${arraySource({ name, bytes })}`;
}

/** `config lint` */
export function lintConfigFile(
  file: string,
  part: Part | undefined,
  context: LintContext,
): { readonly lines: readonly string[]; readonly findings: readonly Finding[]; readonly errors: boolean } {
  const image = readImage(file);
  const findings = lintConfig(image, partOfImage(image, part), context);
  return { lines: findings.map(findingLine), findings, errors: hasErrors(findings) };
}

/** `certinfo show` */
export function showCertInfo(files: readonly string[]): readonly string[] {
  const read = readCertInfo(
    files.map((file) => ({ fileName: file, text: readText(file, 'provisioning config file') })),
  );
  if (!read.ok) throw certInfoError(read.failure, files.join(', '));
  const { certInfo, fingerprint } = read.value;
  const required = certInfo.requiredSignerSn;
  return [
    `Name:                 ${certInfo.name}`,
    `Chain id:             ${certInfo.chainId}`,
    `Signer template id:   ${certInfo.signerTemplateId}`,
    `Device template id:   ${certInfo.deviceTemplateId}`,
    `Device key slot:      ${certInfo.devicePrivateKeySlot}`,
    `Root public key:      ${toHex(certInfo.caPublicKey.slice(0, 32))}`,
    `                      ${toHex(certInfo.caPublicKey.slice(32))}`,
    `Device definition:    ${toHex(certInfo.deviceDigest)}`,
    `Signer definition:    ${toHex(certInfo.signerDigest)}`,
    `Required signer:      ${required === undefined ? 'any of this kind' : toHex(required)}`,
    `Fingerprint:          ${fingerprint}`,
  ];
}

/** Certificates of a DER or PEM file, decoded. */
export function readCertificates(file: string): readonly DecodedCertificate[] {
  const found = certificatesOf(readBytes(file, 'certificate'));
  if (!found.ok) throw new SignetError('FILE_INVALID', `${file}: ${found.failure}.`, { file });
  return found.value.map((der) => {
    const decoded = decodeCertificate(der);
    if (!decoded.ok) throw new SignetError('FILE_INVALID', `${file}: ${decoded.failure.reason}.`, { file });
    return decoded.value;
  });
}

/** `cert show` */
export function showCertificate(certificate: DecodedCertificate): readonly string[] {
  const lines = [
    `Subject:     ${nameText(certificate.subject)}`,
    `Issuer:      ${nameText(certificate.issuer)}`,
    `Serial:      ${toHex(certificate.serialNumber)}`,
    `Not before:  ${dateText(certificate.notBefore)}`,
    `Not after:   ${dateText(certificate.notAfter)}`,
    `Public key:  ${certificate.publicKey === undefined ? 'not P-256' : toHex(certificate.publicKey)}`,
    `Signature:   ${oidName(certificate.signatureAlgorithm)}`,
  ];
  if (certificate.basicConstraints !== undefined) {
    const { ca, pathLength } = certificate.basicConstraints;
    lines.push(`CA:          ${ca ? 'yes' : 'no'}${pathLength === undefined ? '' : `, path length ${pathLength}`}`);
  }
  if (certificate.subjectKeyId !== undefined) lines.push(`Subject key: ${toHex(certificate.subjectKeyId)}`);
  if (certificate.authorityKeyId !== undefined) lines.push(`CA key:      ${toHex(certificate.authorityKeyId)}`);
  lines.push(`SHA-256:     ${createHash('sha256').update(certificate.der).digest('hex').toUpperCase()}`);
  return lines;
}

/** PEM of a certificate. */
export function pemText(certificate: DecodedCertificate): string {
  return encodePem('CERTIFICATE', certificate.der);
}

/** `cert verify`: the files hold a chain, leaf first; the last one must be self-signed or its issuer's key be given. One line per step. */
export function verifyCertificates(files: readonly string[]): {
  readonly lines: readonly string[];
  readonly good: boolean;
} {
  const chain = files.flatMap((file) => readCertificates(file));
  const lines: string[] = [];
  let good = chain.length > 0;
  chain.forEach((certificate, i) => {
    const issuer = chain.find((other) => sameName(other, certificate)) ?? chain[i + 1];
    const name = nameText(certificate.subject);
    if (issuer === undefined) {
      lines.push(`${name}: its issuer ${nameText(certificate.issuer)} is not among the files`);
      good = false;
      return;
    }
    const signed =
      certificate.signature !== undefined &&
      issuer.publicKey !== undefined &&
      verifyDigest(issuer.publicKey, certificate.tbsDigest, certificate.signature);
    lines.push(`${name}: ${signed ? 'signed' : 'NOT signed'} by ${nameText(issuer.subject)}`);
    good &&= signed;
  });
  return { lines, good };
}

function sameName(issuer: DecodedCertificate, certificate: DecodedCertificate): boolean {
  return toHex(issuer.subject.der) === toHex(certificate.issuer.der);
}

/**
 * `log verify`: the folder is a data folder or its logs folder. The files' own chain shows every change but a cut at its end; that one
 * shows against the head which the record store of a data folder keeps.
 */
export function verifyLogFolder(folder: string): { readonly lines: readonly string[]; readonly good: boolean } {
  const logs = existsSync(join(folder, 'logs')) ? join(folder, 'logs') : folder;
  if (!existsSync(logs) || !statSync(logs).isDirectory())
    throw new SignetError('FILE_MISSING', `There is no log folder ${logs}.`, { path: logs });
  const { rows, files, headHash, complaints } = verifySigningLog(logs);
  if (files === 0) throw new SignetError('FILE_MISSING', `There is no signing log in ${logs}.`, { path: logs });
  const store = join(folder, 'signet.db');
  const kept = existsSync(store) ? headInStore(store) : undefined;
  const all = [...complaints.map(inEnglish), ...(kept === undefined ? [] : againstHead(rows, headHash, kept))];
  return {
    lines: [
      `${counted(files, 'file')}, ${counted(rows, 'row')}, head ${headHash}`,
      kept === undefined
        ? 'No record store is beside it: rows missing at the end would not show.'
        : `Head in the record store: row ${kept.sequence}`,
      ...all,
      all.length === 0 ? 'The chain is whole.' : 'The chain is NOT whole.',
    ],
    good: all.length === 0,
  };
}

interface LogHead {
  readonly sequence: number;
  readonly rowHash: string;
}

const logHeadSchema = z.object({ sequence: z.int(), rowHash: z.string() });

/** The head as the store knows it; the store is only read. Throws STORE_DAMAGED. */
function headInStore(path: string): LogHead | undefined {
  try {
    const database = new DatabaseSync(path, { readOnly: true });
    try {
      const row = database.prepare("SELECT value FROM facts WHERE name = 'signing-log-head'").get();
      return row === undefined ? undefined : logHeadSchema.parse(JSON.parse(String(row['value'])));
    } finally {
      database.close();
    }
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new SignetError('STORE_DAMAGED', `The record store ${path} cannot be read: ${reason}.`, { path }, thrown);
  }
}

/** A running server writes a row first and notes it as head after that, so files may be ahead, never behind. */
function againstHead(rows: number, headHash: string, kept: LogHead): readonly string[] {
  if (rows < kept.sequence)
    return [`${counted(kept.sequence - rows, 'row')} at the end missing: the record store knows ${kept.sequence}`];
  return rows === kept.sequence && headHash !== kept.rowHash
    ? [`row ${rows} is not the one that the record store knows`]
    : [];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
