import { toHex, utf8 } from '../../src-shared/base/bytes.ts';
import { SignetError } from '../../src-shared/base/error.ts';
import { commentBlock, identifier } from '../../src-shared/certificates/c-source/write.ts';
import {
  certInfoFileName,
  certInfoHeader,
  certInfoOfPair,
  certificateDate,
  encodePem,
  writeCertInfo,
  writeDefinitionSource,
} from '../../src-shared/certificates/index.ts';
import { certificateFingerprint } from './ceremony.ts';
import type { SignerIdentity } from './signer-module.ts';

/** A file to be written by whoever asked; `name` may hold a folder, with `/`. */
export interface OutputFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * What a line and a product's firmware need of a signer (signer-and-server.md 6.5 step 10, 8): certinfo, both definitions as C,
 * the root's certificate for hosts and as C.
 */
export function signerFiles(
  identity: SignerIdentity,
  options: {
    readonly rootCertificate: Uint8Array | undefined;
    readonly generator: string;
    readonly created: Date;
    readonly requireThisSigner?: boolean;
  },
): readonly OutputFile[] {
  const { signerDefinition: signer, deviceDefinition: device } = identity;
  const certInfo = certInfoOfPair({ signer, device }, identity.rootPublicKey, {
    name: identity.name,
    ...(options.requireThisSigner === true ? { requiredSignerSn: identity.serialNumber } : {}),
  });
  if (!certInfo.ok) throw new SignetError('OPTION_INVALID', `No certinfo can be written: ${certInfo.failure}.`);
  const created = certificateDate(options.created);
  const written = `Written by ${options.generator}.`;
  const signerName = `g_cert_def_${signer.templateId}_signer`;
  const deviceName = `g_cert_def_${device.templateId}_device`;
  const signerFile = `cert_def_${signer.templateId}_signer`;
  const deviceFile = `cert_def_${device.templateId}_device`;
  const caKey = `g_signer_${signer.templateId}_ca_public_key`;
  const digests = {
    signer: `Digest of the definition (SHA-256): ${toHex(identity.signerDefinitionDigest)}`,
    device: `Digest of the definition (SHA-256): ${toHex(identity.deviceDefinitionDigest)}`,
  };
  return [
    text(certInfoFileName(identity.chainId), writeCertInfo(certInfo.value, { generator: options.generator, created })),
    text('atcaprov/atcaprov_cert_info.h', certInfoHeader()),
    text(
      `${signerFile}.c`,
      writeDefinitionSource({
        comment: [`Certificates of the signer "${identity.name}".`, written, digests.signer],
        arrays: [{ name: caKey, bytes: identity.rootPublicKey, comment: 'Public key of the signer CA, X and Y.' }],
        definitions: [{ name: signerName, definition: signer }],
      }),
    ),
    text(
      `${signerFile}.h`,
      header(signerFile, [`extern const atcacert_def_t ${signerName}`, `extern const uint8_t ${caKey}[64]`], written),
    ),
    text(
      `${deviceFile}.c`,
      writeDefinitionSource({
        comment: [`Certificates of devices under the signer "${identity.name}".`, written, digests.device],
        definitions: [{ name: deviceName, definition: device, caDefinition: signerName }],
      }),
    ),
    text(`${deviceFile}.h`, header(deviceFile, [`extern const atcacert_def_t ${deviceName}`], written)),
    ...(options.rootCertificate === undefined ? [] : rootFiles(options.rootCertificate, options.generator)),
  ];
}

/** A root's certificate for hosts (PEM, DER) and for a product's firmware (C array). */
export function rootFiles(certificate: Uint8Array, generator: string): readonly OutputFile[] {
  const name = 'g_root_certificate';
  const bytes = Array.from(certificate, (byte) => `0x${byte.toString(16).padStart(2, '0')}`);
  const rows: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) rows.push(`    ${bytes.slice(at, at + 16).join(', ')}`);
  const comment = commentBlock([
    'Certificate of the root, DER.',
    `Written by ${generator}.`,
    `SHA-256: ${certificateFingerprint(certificate)}`,
  ]);
  const declaration = `extern const uint8_t ${name}[${certificate.length}]`;
  return [
    text('root_certificate.pem', encodePem('CERTIFICATE', certificate)),
    { name: 'root_certificate.der', bytes: certificate },
    text(
      'root_certificate.c',
      `${comment}\n#include "root_certificate.h"\n\nconst uint8_t ${name}[${certificate.length}] = {\n${rows.join(',\n')}\n};\n`,
    ),
    text('root_certificate.h', header('root_certificate', [declaration], `Written by ${generator}.`, '<stdint.h>')),
  ];
}

/** The certificate of a signer, for whoever checks chains. */
export function certificateFile(name: string, certificate: Uint8Array): OutputFile {
  return text(name, encodePem('CERTIFICATE', certificate));
}

function header(
  file: string,
  declarations: readonly string[],
  written: string,
  include = '"atcacert/atcacert_def.h"',
): string {
  const guard = identifier(`${file.toUpperCase()}_H`);
  return `${commentBlock([`${file}.h`, written])}#ifndef ${guard}
#define ${guard}

#include ${include}

#ifdef __cplusplus
extern "C" {
#endif

${declarations.map((line) => `${line};\n`).join('')}
#ifdef __cplusplus
}
#endif

#endif
`;
}

function text(name: string, content: string): OutputFile {
  return { name, bytes: utf8(content) };
}
