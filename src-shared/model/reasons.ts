import type { ErrorDetails } from '../base/error.ts';
import type { CertInfoFault, ChainFailure } from '../certificates/index.ts';
import { boardReasons } from './reasons/board.ts';
import { certInfoReasons } from './reasons/certinfo.ts';
import { chainReasons } from './reasons/chain.ts';
import { deviceReasons } from './reasons/device.ts';
import { kitReasons } from './reasons/kit.ts';
import { logReasons } from './reasons/log.ts';
import { planReasons } from './reasons/plan.ts';
import { runReasons } from './reasons/run.ts';
import { setUpReasons } from './reasons/set-up.ts';
import { signerReasons } from './reasons/signer.ts';
import { stationReasons } from './reasons/station.ts';
import { factWords, quotedHoles } from './reasons/words.ts';
import type { Language } from './sentences.ts';

/**
 * Why something is as it is: a code and facts, kept as such from where it is found out to where it is told. The core says it in
 * English in its logs and on the command line, a screen in its own language.
 */
export const reasons = {
  ...stationReasons,
  ...boardReasons,
  ...signerReasons,
  ...setUpReasons,
  ...kitReasons,
  ...chainReasons,
  ...deviceReasons,
  ...planReasons,
  ...certInfoReasons,
  ...runReasons,
  ...logReasons,
} as const;

export type ReasonCode = keyof typeof reasons;

/** What fills a hole: a number, a serial number, a name; or, in a hole for quotations, words as they came. */
export type Fact = string | number;
export type Facts = Readonly<Record<string, Fact>>;

/** A reason as it is kept, and as it crosses the contract. */
export interface Reason {
  readonly code: ReasonCode;
  /** What its words have holes for. */
  readonly facts: Facts;
}

type Holes<W extends string> = W extends `${string}{{${infer Hole}}}${infer Rest}` ? Hole | Holes<Rest> : never;
type HolesOf<C extends ReasonCode> = Holes<(typeof reasons)[C]['en']>;
type FactsOf<C extends ReasonCode> = { readonly [H in HolesOf<C>]: Fact };

/** A reason with exactly the facts that its words have holes for. */
export function reason<C extends ReasonCode>(code: C, ...facts: HolesOf<C> extends never ? [] : [FactsOf<C>]): Reason {
  return { code, facts: facts[0] ?? {} };
}

/** Words of somebody else, and no more: an operating system's, a driver's, a library's. */
export function quoted(words: string): Reason {
  return reason('words', { quote: words });
}

/** Whether this program has words for a code. */
export function isReasonCode(code: string): code is ReasonCode {
  return Object.hasOwn(reasons, code);
}

/** A piece of a reason's words; quoted = as it came from elsewhere, in English. */
export interface ReasonPart {
  readonly text: string;
  readonly quoted: boolean;
}

/** The words of a reason, piece by piece, so that a screen can mark what is quoted; a hole without its fact stays empty. */
export function reasonParts(code: ReasonCode, language: Language, facts: Facts = {}): readonly ReasonPart[] {
  return reasons[code][language].split(/\{\{(\w+)\}\}/).flatMap((text, i) => {
    const part = i % 2 === 0 ? { text, quoted: false } : holeOf(text, language, facts);
    return part.text === '' ? [] : [part];
  });
}

/** The same as a sentence of its own: a full stop at its end, and a capital at its beginning unless a fact stands there. */
export function sentenceParts(code: ReasonCode, language: Language, facts: Facts = {}): readonly ReasonPart[] {
  const [first, ...others] = reasonParts(code, language, facts);
  if (first === undefined) return [];
  const ours = !reasons[code][language].startsWith('{{');
  const text = ours ? `${first.text.slice(0, 1).toUpperCase()}${first.text.slice(1)}` : first.text;
  const parts = [{ ...first, text }, ...others];
  return /[.!?]$/.test(parts.at(-1)?.text ?? '') ? parts : [...parts, { text: '.', quoted: false }];
}

function holeOf(name: string, language: Language, facts: Facts): ReasonPart {
  return { text: factWords(name, facts[name], language), quoted: quotedHoles.some((hole) => hole === name) };
}

/** The words of a reason; a hole without its fact stays empty. */
export function reasonWords(code: ReasonCode, language: Language, facts: Facts = {}): string {
  return reasonParts(code, language, facts)
    .map(({ text }) => text)
    .join('');
}

/** A reason for logs and the command line; empty for none. */
export function inEnglish(why: Reason | undefined): string {
  return why === undefined ? '' : reasonWords(why.code, 'en', why.facts);
}

/** What a certificate's chain breaks, in the codes of all reasons. */
export function chainReason({ code, facts }: Pick<ChainFailure, 'code' | 'facts'>): Reason {
  return { code: `chain-${code}`, facts };
}

/** Why no certinfo could be read, in the codes of all reasons. */
export function certInfoReason({ code, facts }: Pick<CertInfoFault, 'code' | 'facts'>): Reason {
  return { code: `certinfo-${code}`, facts };
}

/** The same as a sentence of its own. */
export function englishSentence({ code, facts }: Reason): string {
  return sentenceParts(code, 'en', facts)
    .map(({ text }) => text)
    .join('');
}

/** A reason among the details of an error, with which it crosses the contract. */
export function reasonDetails(why: Reason): ErrorDetails {
  return { ...why.facts, reason: why.code };
}

/** The reason that the details of an error name; undefined when they name none. */
export function reasonOfDetails(details: ErrorDetails): Reason | undefined {
  const { reason: code, ...others } = details;
  if (typeof code !== 'string' || !isReasonCode(code)) return undefined;
  const words = reasons[code].en;
  const facts = Object.entries(others).filter(
    (entry): entry is [string, Fact] =>
      (typeof entry[1] === 'string' || typeof entry[1] === 'number') && words.includes(`{{${entry[0]}}}`),
  );
  return { code, facts: Object.fromEntries(facts) };
}
