import { inEnglish } from '../../src-shared/model/reasons.ts';
import type { SignerModule, SignerState } from './signer-module.ts';

/** A line for the activity log about a module whose state changed. */
export interface SignerLine {
  readonly level: 'info' | 'warning' | 'error';
  readonly text: string;
}

/**
 * What is said when a module comes into a state: the note's lines (2.2.1) where it has them. `named` is
 * "Signer (0123…, name)" or where it is plugged in while nothing else is known. Undefined = nothing worth a line.
 */
export function signerLine(named: string, module: SignerModule, before: SignerState): SignerLine | undefined {
  const { state, identity } = module;
  const reason = inEnglish(module.reason);
  const info = (text: string): SignerLine => ({ level: 'info', text });
  switch (state) {
    case 'PROBING':
      return info(`${named} found.`);
    case 'PASSWORD_REQUIRED':
      if (identity?.isRoot === true) return info(`${named} is there; roots do not sign for devices.`);
      if (before === 'READY') return info(`${named} locked${reason === '' ? '' : `: ${reason}`}.`);
      if (before === 'LOCKED_OUT') return undefined;
      return info(`${named} requires password.`);
    case 'READY':
      return info(identity?.passwordScheme === 'open' ? `${named} ready.` : `${named} password accepted, ready.`);
    case 'LOCKED_OUT':
      return { level: 'warning', text: `${named} waits after too many wrong passwords.` };
    case 'ABSENT':
      return info(`${named} removed.`);
    case 'UNCONFIGURED':
    case 'FOREIGN':
    case 'UNSUPPORTED':
      return info(`${named} cannot sign: ${reason}.`);
    case 'FAULT':
      return { level: 'error', text: `${named} cannot sign: ${reason}.` };
  }
}
