import type { signerProfiles } from '../../src-shared/ipc/lists.ts';
import { startTemplateForm, type TemplateForm } from './template-form.ts';

/** What is typed and chosen for a new signer; passwords are never in it. */
export interface SignerForm {
  readonly kit: string;
  readonly root: string;
  readonly name: string;
  readonly organisation: string;
  readonly deviceName: string;
  /** Four hex digits. */
  readonly signerId: string;
  readonly chainId: number;
  readonly profile: (typeof signerProfiles)[number];
  /** What is chosen for an own template, also while another layout is. */
  readonly template: TemplateForm;
  readonly deviceYears: number;
  readonly signerYears: number;
  readonly scheme: 'one' | 'two-persons' | 'open';
}

export const startSignerForm: SignerForm = {
  kit: '',
  root: '',
  name: '',
  organisation: '',
  deviceName: '',
  signerId: '',
  chainId: 0,
  profile: 'zero-touch',
  template: startTemplateForm,
  deviceYears: 28,
  signerYears: 31,
  scheme: 'one',
};

/** Bytes of a name as it stands in a record (UTF-8). */
function nameBytes(name: string): number {
  return new TextEncoder().encode(name.trim()).length;
}

const nameFits = (name: string): boolean => nameBytes(name) >= 1 && nameBytes(name) <= 48;

/** Fields that are not yet right. Names are 1..48 bytes of UTF-8 (signer-and-server.md 6.3). */
export function signerFormFaults(form: SignerForm): readonly ('name' | 'organisation' | 'deviceName' | 'signerId')[] {
  const faults: ('name' | 'organisation' | 'deviceName' | 'signerId')[] = [];
  if (!nameFits(form.name)) faults.push('name');
  if (!nameFits(form.organisation)) faults.push('organisation');
  if (!nameFits(form.deviceName)) faults.push('deviceName');
  if (!/^[0-9A-F]{4}$/.test(form.signerId)) faults.push('signerId');
  return faults;
}

export interface RootForm {
  readonly kind: 'chip' | 'file';
  readonly kit: string;
  readonly commonName: string;
  readonly organisation: string;
  readonly years: number;
  readonly scheme: 'one' | 'two-persons';
}

export const startRootForm: RootForm = {
  kind: 'chip',
  kit: '',
  commonName: '',
  organisation: '',
  years: 0,
  scheme: 'two-persons',
};

/** Fields of a new root that are not yet right; names as for signers. */
export function rootFormFaults(form: RootForm): readonly ('commonName' | 'organisation' | 'kit')[] {
  const faults: ('commonName' | 'organisation' | 'kit')[] = [];
  if (!nameFits(form.commonName)) faults.push('commonName');
  if (!nameFits(form.organisation)) faults.push('organisation');
  if (form.kind === 'chip' && form.kit.trim() === '') faults.push('kit');
  return faults;
}

/** The folder that all of these paths are below, with its last separator of either kind; empty when there is none. */
export function commonFolder(paths: readonly string[]): string {
  const [first = '', ...others] = paths;
  let alike = 0;
  while (alike < first.length && others.every((path) => path[alike] === first[alike])) alike += 1;
  return /^.*[/\\]/s.exec(first.slice(0, alike))?.[0] ?? '';
}
