import { frame } from './frame.ts';
import { line } from './line.ts';
import { plan } from './plan.ts';
import { records } from './records.ts';
import { settings } from './settings.ts';
import { signers } from './signers.ts';

export const de = { ...frame, ...line, ...signers, ...records, ...plan, ...settings } as const;
