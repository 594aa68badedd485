/** Certificates of secure elements: definitions, C sources, compressed form, rebuilding, issuing, checking. */
export { assembleCertificate } from './assemble.ts';
export type { CSourceFault, Position } from './c-source/fault.ts';
export { faultText, sourceLimits } from './c-source/fault.ts';
export { certInfoHeader, definitionHeader } from './c-source/headers.ts';
export {
  type CSource,
  parseCSource,
  parseCSourceBytes,
  type SourceCertInfo,
  type SourceDefinition,
} from './c-source/parse.ts';
export {
  type ArrayToWrite,
  arraySource,
  type DefinitionToWrite,
  type SourceToWrite,
  writeDefinitionSource,
} from './c-source/write.ts';
export * from './canonical.ts';
export * from './certinfo.ts';
export * from './compress.ts';
export * from './compressed.ts';
export * from './dates.ts';
export * from './definition.ts';
export { type DerFault, type DerNode, decodeDer, derContent, derTag } from './der.ts';
export type { CertificateFault, CertificateFaultKind } from './faults.ts';
export * from './issue.ts';
export * from './issue-date.ts';
export * from './lint.ts';
export * from './lint-words.ts';
export * from './locations.ts';
export * from './p256.ts';
export * from './pem.ts';
export * from './profiles/index.ts';
export * from './public-key.ts';
export * from './read.ts';
export * from './rebuild.ts';
export * from './root.ts';
export * from './sample.ts';
export * from './serial-number.ts';
export * from './signature-der.ts';
export * from './transforms.ts';
export * from './verify-chain.ts';
export * from './x509.ts';
