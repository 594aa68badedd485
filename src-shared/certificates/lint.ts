import { byteAt, equalBytes } from '../base/bytes.ts';
import { dateLength } from './dates.ts';
import {
  type CertificateDefinition,
  type CertificateLocation,
  certificateType,
  checkDefinition,
  dateFormat,
  isPresent,
  maxIssuingTemplateLength,
  type StandardElementName,
  serialSource,
  standardElementNames,
} from './definition.ts';
import { decodeDer, derContent, oidText } from './der.ts';
import type { LintRule } from './lint-words.ts';
import { isDeprecatedSource, isStoredSource, usesDeviceSn } from './serial-number.ts';
import { type ByteRange, type DecodedCertificate, decodeCertificate, keyUsageBits, oids } from './x509.ts';

/** What kind of certificate a definition is for. */
export type CertificateRole = 'device' | 'signer';

/** `error`: nothing is issued with it. `warning`: it works and may surprise. `opinion`: RFC 5280 would have it otherwise. */
export type FindingSeverity = 'error' | 'warning' | 'opinion';

/** One remark on a definition. */
export interface DefinitionFinding {
  readonly severity: FindingSeverity;
  readonly rule: LintRule;
  /** Member in the words of the C structure, for example `std_cert_elements[0].offset`. */
  readonly path: string;
  readonly sentence: string;
}

/** What the station can do, as far as definitions depend on it. */
export interface LintContext {
  readonly role: CertificateRole;
  /** Whether a generator with a uniqueness check stands behind stored serial numbers (sources 0 and 7). */
  readonly hasSerialGenerator: boolean;
  /**
   * The last year in which certificates are to be issued with it. A UTCTime expiry that passes 2049 by then is an error
   * now, not on the day. Default: 2031, where the compressed format that every library reads ends.
   */
  readonly lastIssueYear?: number;
}

/** All findings, errors first. A definition may be used for issuing when there is no error among them. */
export function lintDefinition(definition: CertificateDefinition, context: LintContext): readonly DefinitionFinding[] {
  const linter = new Linter(definition, context);
  const order: readonly FindingSeverity[] = ['error', 'warning', 'opinion'];
  return linter.findings().toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
}

/** The last year whose end the compressed format 0 can hold as an issue date. */
const defaultLastIssueYear = 2031;

class Linter {
  readonly #definition: CertificateDefinition;
  readonly #context: LintContext;
  readonly #findings: DefinitionFinding[] = [];

  constructor(definition: CertificateDefinition, context: LintContext) {
    this.#definition = definition;
    this.#context = context;
  }

  findings(): readonly DefinitionFinding[] {
    const checked = checkDefinition(this.#definition);
    if (!checked.ok) {
      for (const { path, reason } of checked.failure) this.#add('error', 'width', path, `${path}: ${reason}.`);
      return this.#findings;
    }
    if (this.#definition.type !== certificateType.X509) {
      this.#add('error', 'type', 'type', 'Only X.509 definitions that are rebuilt from a template can be issued.');
      return this.#findings;
    }
    this.#length();
    this.#ranges();
    this.#dates();
    this.#serialNumber();
    this.#locations();
    const template = decodeCertificate(this.#definition.template);
    if (template.ok) {
      this.#structure(template.value);
      this.#opinions(template.value);
    } else {
      this.#add(
        'error',
        'template-der',
        'cert_template',
        `The template is no certificate: ${template.failure.reason}.`,
      );
    }
    return this.#findings;
  }

  #add(severity: FindingSeverity, rule: LintRule, path: string, sentence: string): void {
    this.#findings.push({ severity, rule, path, sentence });
  }

  #element(name: StandardElementName): { location: CertificateLocation; path: string } {
    const path = `std_cert_elements[${standardElementNames.indexOf(name)}]`;
    return { location: this.#definition.standardElements[name], path };
  }

  #length(): void {
    const { length } = this.#definition.template;
    if (length > maxIssuingTemplateLength) {
      const sentence = `The template has ${length} bytes; at most ${maxIssuingTemplateLength} are issued.`;
      this.#add('error', 'template-length', 'cert_template_size', sentence);
    }
  }

  /** Every element inside the template; of the signature only the offset counts. */
  #ranges(): void {
    const { template, tbsLocation, customElements } = this.#definition;
    const check = (path: string, offset: number, end: number): void => {
      if (offset >= end || end > template.length) {
        this.#add(
          'error',
          'range',
          path,
          `Bytes ${offset}..${end} lie outside the template of ${template.length} bytes.`,
        );
      }
    };
    check('tbs_cert_loc', tbsLocation.offset, tbsLocation.offset + tbsLocation.count);
    for (const name of standardElementNames) {
      const { location, path } = this.#element(name);
      if (name === 'signature') check(path, location.offset, location.offset + 1);
      else if (location.count > 0) check(path, location.offset, location.offset + location.count);
    }
    customElements.forEach(({ certificateLocation: { offset, count } }, index) => {
      if (count > 0) check(`cert_elements[${index}].cert_loc`, offset, offset + count);
    });
    for (const name of ['publicKey', 'issueDate', 'expireDate'] as const) {
      const { location, path } = this.#element(name);
      if (location.count === 0)
        this.#add('error', 'element-missing', path, 'A certificate cannot be issued without this element.');
    }
    const counts: readonly (readonly [StandardElementName, number])[] = [
      ['publicKey', 64],
      ['issueDate', dateLength[this.#definition.issueDateFormat]],
      ['expireDate', dateLength[this.#definition.expireDateFormat]],
      ['signerId', 4],
      ['authorityKeyId', 20],
      ['subjectKeyId', 20],
    ];
    for (const [name, expected] of counts) {
      const { location, path } = this.#element(name);
      if (location.count !== 0 && location.count !== expected) {
        this.#add(
          'error',
          'element-size',
          `${path}.count`,
          `This element has ${expected} bytes, not ${location.count}.`,
        );
      }
    }
  }

  #dates(): void {
    const { expireYears, expireDateFormat, issueDateFormat } = this.#definition;
    const lastYear = this.#context.lastIssueYear ?? defaultLastIssueYear;
    if (expireYears > 127) {
      this.#add(
        'error',
        'expire-years',
        'expire_years',
        `A compressed certificate holds at most 127 years, not ${expireYears}.`,
      );
    } else if (expireYears > 31) {
      this.#add(
        'warning',
        'format-1',
        'expire_years',
        'More than 31 years need compressed format 1, which 2015 and 2016 libraries refuse.',
      );
    }
    if (expireDateFormat === dateFormat.RFC5280_UTC && expireYears > 0) {
      if (lastYear + expireYears > 2049) {
        const sentence = `Certificates issued in ${2050 - expireYears} or later would expire after 2049, which UTCTime cannot say: use GeneralizedTime or fewer years.`;
        this.#add('error', 'utc-expiry', 'expire_date_format', sentence);
      } else {
        const sentence = `UTCTime allows this definition to be used until the end of ${2049 - expireYears}.`;
        this.#add('warning', 'utc-expiry-end', 'expire_date_format', sentence);
      }
    }
    for (const [path, format] of [
      ['issue_date_format', issueDateFormat],
      ['expire_date_format', expireDateFormat],
    ] as const) {
      if (format !== dateFormat.RFC5280_UTC && format !== dateFormat.RFC5280_GEN) {
        this.#add('error', 'date-format', path, 'An X.509 certificate has UTCTime or GeneralizedTime.');
      }
    }
  }

  #serialNumber(): void {
    const { snSource, serialNumberLocation, standardElements } = this.#definition;
    const { count } = standardElements.serialNumber;
    const error = (rule: LintRule, sentence: string): void => this.#add('error', rule, 'sn_source', sentence);
    if (count === 0)
      error('serial-missing', 'Without a serial number element every certificate has the same serial number.');
    if (snSource >= 1 && snSource <= 6) error('serial-source', `There is no serial number source ${snSource}.`);
    if (snSource === serialSource.SIGNER_ID && this.#context.role === 'device') {
      error(
        'serial-signer-id',
        "Every device of one signer would have the same serial number, 40 and the signer's id.",
      );
    }
    if (isStoredSource(snSource)) {
      if (!this.#context.hasSerialGenerator)
        error('serial-generator', 'Stored serial numbers need a generator that keeps them unique.');
      if (!isPresent(serialNumberLocation))
        error('serial-location', 'The stored serial number has no place in the chip.');
    }
    if (isDeprecatedSource(snSource)) {
      this.#add(
        'warning',
        'serial-deprecated',
        'sn_source',
        'This source is deprecated: its numbers may be negative or begin with zeros.',
      );
    }
    if (this.#context.role === 'device' && isStoredSource(snSource) && isPresent(serialNumberLocation)) {
      const sentence = `The serial number is drawn by the signer and kept in slot ${serialNumberLocation.slot}: without that slot nobody can rebuild the certificate.`;
      this.#add('warning', 'serial-stored', 'cert_sn_dev_loc', sentence);
    }
    if (this.#context.role === 'device' && usesDeviceSn(snSource)) {
      const sentence =
        'A chip that is reworked under a new key would get its old serial number again; such a re-issue is refused.';
      this.#add('warning', 'serial-repeats', 'sn_source', sentence);
    }
    const lengths: Readonly<Record<number, number>> = { [serialSource.DEVICE_SN]: 10, [serialSource.SIGNER_ID]: 3 };
    const wanted = lengths[snSource];
    if (count > 0 && wanted !== undefined && count !== wanted) {
      error('serial-length', `A serial number of this source has ${wanted} bytes, the element has ${count}.`);
    }
    if (wanted === undefined && !isStoredSource(snSource) && count > 32) {
      error('serial-length', 'A hashed serial number has at most 32 bytes.');
    }
  }

  #locations(): void {
    const { compressedLocation, publicKeyLocation } = this.#definition;
    if (!isPresent(compressedLocation) || compressedLocation.count !== 72) {
      this.#add(
        'error',
        'compressed-location',
        'comp_cert_dev_loc',
        'A compressed certificate has 72 bytes in the chip.',
      );
    }
    if (!isPresent(publicKeyLocation) || ![64, 72].includes(publicKeyLocation.count)) {
      this.#add('error', 'public-key-location', 'public_key_dev_loc', 'A public key has 64 bytes, or 72 in a slot.');
    }
    if (this.#context.role === 'device' && !publicKeyLocation.isGenkey) {
      this.#add(
        'warning',
        'public-key-stored',
        'public_key_dev_loc',
        'The device key is read from a slot instead of being asked of the chip.',
      );
    }
  }

  /** Elements against what the template's own structure says. */
  #structure(template: DecodedCertificate): void {
    const { places } = template;
    const { tbsLocation } = this.#definition;
    const is = (a: CertificateLocation, b: ByteRange): boolean => a.offset === b.offset && a.count === b.count;
    const wrong = (path: string, what: string, at: ByteRange): void =>
      this.#add('error', 'misplaced', path, `In the template the ${what} lies at ${at.offset}, ${at.count} bytes.`);
    if (!is(tbsLocation, places.tbs)) wrong('tbs_cert_loc', 'to-be-signed part', places.tbs);
    const signature = this.#element('signature');
    if (signature.location.offset !== places.signature.offset) wrong(signature.path, 'signature', places.signature);
    for (const [name, what] of [
      ['publicKey', 'public key'],
      ['issueDate', 'issue date'],
      ['expireDate', 'expiry'],
      ['authorityKeyId', 'authority key id'],
      ['subjectKeyId', 'subject key id'],
    ] as const) {
      const { location, path } = this.#element(name);
      const place = places[name];
      if (location.count === 0) {
        if (place !== undefined && (name === 'authorityKeyId' || name === 'subjectKeyId')) {
          this.#add(
            'warning',
            'fixed-key-id',
            path,
            `The template has a ${what} that no element replaces: it would be wrong in every certificate.`,
          );
        }
      } else if (place === undefined || !is(location, place)) {
        wrong(path, what, place ?? { offset: 0, count: 0 });
      }
    }
    this.#serialPlace(places.serialNumber);
    this.#signerIdPlace(places);
    const formats: readonly (readonly [string, number, number])[] = [
      ['issue_date_format', this.#definition.issueDateFormat, template.notBeforeFormat],
      ['expire_date_format', this.#definition.expireDateFormat, template.notAfterFormat],
    ];
    for (const [path, wanted, found] of formats) {
      if (wanted !== found)
        this.#add(
          'error',
          'date-tag',
          path,
          `The date in the template has format ${found}, the definition says ${wanted}.`,
        );
    }
  }

  /** Within the INTEGER; for source 7 the length byte in front of it. */
  #serialPlace(place: ByteRange): void {
    const { location, path } = this.#element('serialNumber');
    if (location.count === 0) return;
    const dynamic = this.#definition.snSource === serialSource.STORED_DYNAMIC;
    const start = dynamic ? location.offset + 1 : location.offset;
    const end = location.offset + location.count;
    if (start !== place.offset || end > place.offset + place.count) {
      const sentence = `In the template the serial number lies at ${place.offset}, ${place.count} bytes.`;
      this.#add('error', 'misplaced', path, sentence);
    }
  }

  #signerIdPlace(places: DecodedCertificate['places']): void {
    const { location, path } = this.#element('signerId');
    if (location.count === 0) return;
    const name = this.#context.role === 'device' ? places.issuer : places.subject;
    if (location.offset < name.offset || location.offset + location.count > name.offset + name.count) {
      const which = this.#context.role === 'device' ? 'issuer' : 'subject';
      this.#add('error', 'misplaced', path, `The signer id does not lie within the ${which}'s name.`);
    }
  }

  /** What RFC 5280 would have otherwise. */
  #opinions(template: DecodedCertificate): void {
    const opinion = (rule: LintRule, path: string, sentence: string): void =>
      this.#add('opinion', rule, path, sentence);
    const at = 'cert_template';
    if (template.version !== 3) opinion('rfc-version', at, 'The certificate is not of version 3.');
    if (
      template.signatureAlgorithm !== oids.ecdsaWithSha256 ||
      template.tbsSignatureAlgorithm !== oids.ecdsaWithSha256
    ) {
      this.#add('error', 'algorithm', at, 'The signature algorithm in the template is not ECDSA with SHA-256.');
    }
    if (template.publicKey === undefined)
      this.#add('error', 'key-type', at, 'The key in the template is not one of P-256.');
    if (template.serialNumber.length > 20)
      opinion('rfc-serial-length', 'sn_source', 'The serial number has more than 20 bytes.');
    if (template.serialNumber.length > 0 && byteAt(template.serialNumber, 0) >= 0x80) {
      opinion('rfc-serial-sign', at, 'The serial number in the template is negative.');
    }
    if (template.authorityKeyId === undefined) opinion('rfc-authority-key-id', at, 'There is no authority key id.');
    if (template.notAfterFormat === dateFormat.RFC5280_GEN && this.#definition.expireYears > 0) {
      opinion(
        'rfc-generalized-time',
        'expire_date_format',
        'Expiries through 2049 ought to be UTCTime; the definition fixes GeneralizedTime for all.',
      );
    }
    for (const attribute of [...template.subject.attributes, ...template.issuer.attributes]) {
      if ([...attribute.value].length > 64)
        opinion('rfc-name-length', at, 'An attribute of a name has more than 64 characters.');
    }
    if (template.subject.attributes.length === 0) opinion('rfc-subject', at, 'The subject is empty.');
    if (this.#context.role === 'signer') this.#signerOpinions(template);
    else this.#deviceOpinions(template);
  }

  #signerOpinions(template: DecodedCertificate): void {
    const path = 'cert_template';
    if (template.basicConstraints?.ca !== true)
      this.#add('error', 'no-ca', path, 'A signer certificate must say that it is a CA.');
    if (template.keyUsage === undefined)
      this.#add('opinion', 'rfc-key-usage', path, 'A CA certificate ought to have a key usage.');
    else if ((template.keyUsage & keyUsageBits.keyCertSign) === 0) {
      this.#add('error', 'no-cert-sign', path, "The signer's key usage does not allow signing certificates.");
    }
    if (template.subjectKeyId === undefined)
      this.#add('opinion', 'rfc-subject-key-id', path, 'A CA certificate ought to have a subject key id.');
    if (equalBytes(template.subject.der, template.issuer.der)) {
      this.#add('warning', 'self-issued', path, 'Subject and issuer of the signer certificate are the same name.');
    }
  }

  #deviceOpinions(template: DecodedCertificate): void {
    const path = 'cert_template';
    if (template.basicConstraints?.ca === true)
      this.#add('error', 'device-ca', path, 'A device certificate must not be a CA.');
    if (template.keyUsage !== undefined && (template.keyUsage & keyUsageBits.keyCertSign) !== 0) {
      this.#add('error', 'device-cert-sign', path, "The device's key usage allows signing certificates.");
    }
    if (template.keyUsage === undefined)
      this.#add('opinion', 'rfc-key-usage', path, 'The device certificate has no key usage.');
    else if ((template.keyUsage & keyUsageBits.digitalSignature) === 0) {
      const sentence =
        "The device's key usage does not allow signatures, with which devices prove who they are in TLS.";
      this.#add('warning', 'no-digital-signature', path, sentence);
    }
    if (template.subjectKeyId === undefined)
      this.#add('opinion', 'rfc-subject-key-id', path, 'The device certificate has no subject key id.');
    const purpose = purposeBeyondUsage(template);
    if (purpose !== undefined) {
      const sentence = `The key usage does not allow what the purpose ${purpose} needs.`;
      this.#add('warning', 'purpose-usage', path, sentence);
    }
  }
}

const { digitalSignature, keyAgreement } = keyUsageBits;
const nonRepudiation = 1 << 1;

/** Usages of which a purpose wants one at least (RFC 5280, 4.2.1.12, as far as keys of P-256 have them). */
const purposeUsages: ReadonlyMap<string, number> = new Map([
  // serverAuth, clientAuth, codeSigning, emailProtection, timeStamping, OCSPSigning
  ['1.3.6.1.5.5.7.3.1', digitalSignature | keyAgreement],
  ['1.3.6.1.5.5.7.3.2', digitalSignature | keyAgreement],
  ['1.3.6.1.5.5.7.3.3', digitalSignature],
  ['1.3.6.1.5.5.7.3.4', digitalSignature | nonRepudiation | keyAgreement],
  ['1.3.6.1.5.5.7.3.8', digitalSignature | nonRepudiation],
  ['1.3.6.1.5.5.7.3.9', digitalSignature | nonRepudiation],
]);

/** The first purpose that the key usage does not cover: a certificate with both is good only for what both allow. */
function purposeBeyondUsage({ extensions, keyUsage }: DecodedCertificate): string | undefined {
  const value = extensions.find(({ oid }) => oid === oids.extendedKeyUsage)?.value;
  const list = value === undefined ? undefined : decodeDer(value);
  if (keyUsage === undefined || value === undefined || list?.ok !== true) return undefined;
  return list.value.children
    .map((node) => oidText(derContent(value, node)) ?? '')
    .find((purpose) => {
      const wanted = purposeUsages.get(purpose);
      return wanted !== undefined && (wanted & keyUsage) === 0;
    });
}
