import { frame } from './frame.ts';
import { line } from './line.ts';
import { signers } from './signers.ts';

export const en = { ...frame, ...line, ...signers } as const;
