import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { certInfoHeader, definitionHeader } from '../../src-shared/certificates/c-source/headers.ts';
import { arraySource, commentBlock, writeDefinitionSource } from '../../src-shared/certificates/c-source/write.ts';
import type { DefinitionPair } from '../../src-shared/certificates/index.ts';

/** What is compiled into an embedded client: definitions, certinfo, images. */
export interface EmbeddedPlan {
  readonly definitions: DefinitionPair;
  /** Text of `atcaprov_cert_info_X.c`. */
  readonly certinfo: string;
  /** X */
  readonly chainId: number;
  /** 128 bytes each; undefined = the client refuses this part. */
  readonly image508a: Uint8Array | undefined;
  readonly image608: Uint8Array | undefined;
}

/** The files of a plan folder of firmware/client (`PLAN=`), by name. */
export function planSources(plan: EmbeddedPlan): ReadonlyMap<string, string> {
  const { signer, device } = plan.definitions;
  const images = [
    { name: 'g_image_508a', bytes: plan.image508a },
    { name: 'g_image_608', bytes: plan.image608 },
  ];
  const info = `g_atcaprov_cert_info_${plan.chainId}`;
  const parts = [
    commentBlock(['Configuration images, and what belongs together.']),
    '#include "plan_parts.h"\n',
    ...images.flatMap(({ name, bytes }) => (bytes === undefined ? [] : [arraySource({ name, bytes })])),
    `extern const atcaprov_cert_info_t ${info};\nextern const atcacert_def_t g_cert_def_1_signer;\nextern const atcacert_def_t g_cert_def_2_device;\n`,
    `const struct plan_parts PLAN_PARTS = {
    .image_508a        = ${plan.image508a === undefined ? 'NULL' : 'g_image_508a'},
    .image_608         = ${plan.image608 === undefined ? 'NULL' : 'g_image_608'},
    .cert_info         = &${info},
    .device_definition = &g_cert_def_2_device,
    .signer_definition = &g_cert_def_1_signer
};
`,
  ];
  return new Map([
    [`atcaprov_cert_info_${plan.chainId}.c`, plan.certinfo],
    [
      'cert_def_1_signer.c',
      writeDefinitionSource({
        comment: ['How signer certificates are laid out.'],
        definitions: [{ name: 'g_cert_def_1_signer', definition: signer }],
      }),
    ],
    [
      'cert_def_2_device.c',
      writeDefinitionSource({
        comment: ['How device certificates are laid out.'],
        definitions: [{ name: 'g_cert_def_2_device', definition: device, caDefinition: 'g_cert_def_1_signer' }],
      }),
    ],
    ['plan_parts.c', parts.join('\n')],
  ]);
}

/** The two headers that stand in firmware/client/include, by their paths there. */
export function clientHeaders(): ReadonlyMap<string, string> {
  return new Map([
    ['atcacert/atcacert_def.h', definitionHeader()],
    ['atcaprov/atcaprov_cert_info.h', certInfoHeader()],
  ]);
}

/** Writes files into a folder, which is made; what is there already keeps its time, so that nothing is built again for it. */
export function writeFiles(folder: string, files: ReadonlyMap<string, string>): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of files) {
    const path = join(folder, name);
    if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text);
  }
}
