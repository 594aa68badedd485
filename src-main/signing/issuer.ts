/**
 * The rule of every signer: it signs only a TBS whose issuer is its own subject, byte for byte (signer-and-server.md 6, X.509
 * RFC 5280 4.1.2.4). A small strict reader of just these DER fields; anything unexpected is "no".
 */
interface Field {
  readonly tag: number;
  readonly start: number;
  readonly content: number;
  readonly end: number;
}

function fieldAt(bytes: Uint8Array, at: number, limit: number): Field | undefined {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) return undefined;
  let length = first;
  let content = at + 2;
  if (first >= 0x80) {
    const count = first & 0x7f;
    if (count < 1 || count > 3) return undefined;
    length = 0;
    for (let i = 0; i < count; i += 1) length = length * 256 + (bytes[content + i] ?? 0);
    content += count;
  }
  const end = content + length;
  return end <= limit ? { tag, start: at, content, end } : undefined;
}

/** Issuer and subject of a TBS, each as its whole DER element; undefined when it is not one. */
function namesOfTbs(tbs: Uint8Array): { readonly issuer: Uint8Array; readonly subject: Uint8Array } | undefined {
  const outer = fieldAt(tbs, 0, tbs.length);
  if (outer?.tag !== 0x30 || outer.end !== tbs.length) return undefined;
  let at = outer.content;
  const next = (): Field | undefined => {
    const field = fieldAt(tbs, at, outer.end);
    if (field !== undefined) at = field.end;
    return field;
  };
  let field = next();
  if (field?.tag === 0xa0) field = next();
  if (field?.tag !== 0x02) return undefined;
  if (next()?.tag !== 0x30) return undefined;
  const issuer = next();
  const validity = next();
  const subject = next();
  if (issuer?.tag !== 0x30 || validity?.tag !== 0x30 || subject?.tag !== 0x30) return undefined;
  return { issuer: tbs.slice(issuer.start, issuer.end), subject: tbs.slice(subject.start, subject.end) };
}

/** The TBS inside a DER certificate. */
export function tbsOfCertificate(certificate: Uint8Array): Uint8Array | undefined {
  const outer = fieldAt(certificate, 0, certificate.length);
  if (outer?.tag !== 0x30) return undefined;
  const tbs = fieldAt(certificate, outer.content, outer.end);
  return tbs?.tag === 0x30 ? certificate.slice(tbs.start, tbs.end) : undefined;
}

/** Whether the TBS names the subject of this certificate (DER) as its issuer. */
export function issuerMatches(tbs: Uint8Array, signerCertificate: Uint8Array): boolean {
  const own = tbsOfCertificate(signerCertificate);
  const ownNames = own === undefined ? undefined : namesOfTbs(own);
  const names = namesOfTbs(tbs);
  return names !== undefined && ownNames !== undefined && Buffer.compare(names.issuer, ownNames.subject) === 0;
}
