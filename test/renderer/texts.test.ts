import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'rolldown/utils';
import { describe, expect, it } from 'vitest';
import { de } from '../../src-renderer/texts/de/index.ts';
import { en } from '../../src-renderer/texts/en/index.ts';
import { wordsOf } from '../../src-renderer/texts/sentence.ts';
import { errorCodes } from '../../src-shared/base/error-codes.ts';
import * as lists from '../../src-shared/ipc/lists.ts';
import { termHoles } from '../../src-shared/model/reasons/words.ts';
import {
  reason,
  reasonDetails,
  reasonOfDetails,
  reasonParts,
  reasons,
  reasonWords,
} from '../../src-shared/model/reasons.ts';
import { sentences } from '../../src-shared/model/sentences.ts';
import { signingLogColumns } from '../../src-shared/model/signing-log-row.ts';
import { stageNames } from '../../src-shared/model/stages.ts';
import { flatTexts } from './flat-texts.ts';

const english = flatTexts(en);
const german = flatTexts(de);
const holes = (text: string): string[] => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] ?? '').sort();

describe('the reasons of the core', () => {
  it('have the same holes in both languages, are translated, and none has the words of another', () => {
    for (const [code, { en, de }] of Object.entries(reasons)) {
      expect(holes(de), code).toEqual(holes(en));
      if (code !== 'words') expect(de, code).not.toBe(en);
    }
    expect(new Set(Object.values(reasons).map(({ en }) => en)).size).toBe(Object.keys(reasons).length);
  });

  it('are said with their facts in either language, and what they quote is marked', () => {
    expect(reasonWords('disk-low', 'de', { megabytes: 7 })).toBe('auf der Platte sind nur noch 7 MB frei');
    const open = reason('signer-slot-open', { slot: 3 });
    expect(reasonWords(open.code, 'de', open.facts)).toBe('Slot 3 ist nicht gesperrt');
    const says = reason('token-says', { quote: 'CKR_DEVICE_ERROR' });
    expect(reasonParts(says.code, 'de', says.facts)).toEqual([
      { text: 'das Token meldet ', quoted: false },
      { text: 'CKR_DEVICE_ERROR', quoted: true },
    ]);
  });

  it('tell what is a word of ours, or a place in the chip, in the language as well', () => {
    expect(reasonWords('chip-zone-locked', 'de', { zone: 'config' })).toBe(
      'die Konfigurationszone ist bereits gesperrt',
    );
    expect(reasonWords('plan-into-certificate', 'de', { place: 8 })).toContain('schreibt Daten in Slot 8');
    expect(reasonWords('plan-into-certificate', 'en', { place: 'OTP' })).toContain('writes data into OTP');
    const other = { source: 'device definition', digest: 'AB' };
    expect(reasonWords('certinfo-other-definition', 'de', other)).toContain('die Gerätedefinition ist nicht die');
    expect(reasonWords('chip-read-back', 'de', { where: 'slot 10 block 1' })).toContain('aus Slot 10 Block 1 zurück');
    expect(reasonWords('chip-read-back', 'de', { where: 'SlotConfig[3]' })).toContain('aus SlotConfig[3] zurück');
    // A file that happens not to be one of ours keeps its name.
    expect(reasonWords('certinfo-several', 'de', { source: 'line.c' })).toMatch(/^line\.c: /);
    for (const words of Object.values(termHoles).flatMap((terms) => Object.values(terms)))
      expect(words.de).not.toBe(words.en);
  });

  it('cross the contract among the details of an error', () => {
    const short = reason('password-short', { characters: 4, minimum: 12 });
    expect(reasonOfDetails({ kind: 'password-policy', ...reasonDetails(short) })).toEqual(short);
    expect(reasonOfDetails({ reason: 'of a newer core', kind: 'device' })).toBeUndefined();
  });

  it('are told by their codes, errors by theirs, and what is neither as it is', () => {
    expect(wordsOf('clock-jumped', 'de')).toBe('die Uhr wurde um mehr als fünf Minuten verstellt');
    expect(wordsOf('STORAGE_FAILED', 'de')).toBe(sentences.STORAGE_FAILED.de);
    expect(wordsOf('ENOSPC: no space left', 'de')).toBe('ENOSPC: no space left');
  });
});

describe('the texts', () => {
  it('are complete in both languages, and none is empty', () => {
    expect(english.size).toBeGreaterThan(700);
    expect([...german.keys()].sort()).toEqual([...english.keys()].sort());
    for (const [key, text] of [...english, ...german]) expect(text.trim(), key).not.toBe('');
  });

  it('have the same holes, so that no fact is lost in a language', () => {
    for (const [key, text] of english) expect(holes(german.get(key) ?? ''), key).toEqual(holes(text));
  });

  it('are really translated: what is the same in both is a name or a formula', () => {
    const same = [...english].filter(([key, text]) => text.includes(' ') && german.get(key) === text);
    expect(same.map(([key]) => key).sort()).toEqual([
      'filter.outcomes.failed',
      'logColumn.device_def_sha256',
      'logColumn.tbs_sha256',
      'plan.slotNumber',
      'plan.source.certinfo',
      'setUp.permanent.rest',
      'setUp.profile.tng',
      'setUp.profile.zero-touch',
      'writeForm.hex',
    ]);
  });

  it('have a plural for every count', () => {
    for (const key of english.keys()) {
      if (key.endsWith('_one')) expect(english.has(key.replace(/_one$/, '_other')), key).toBe(true);
      if (key.endsWith('_other')) expect(english.has(key.replace(/_other$/, '_one')), key).toBe(true);
    }
  });

  it('have words for every member of the contract’s lists', () => {
    const wanted: readonly (readonly [string, readonly string[]])[] = [
      ['stage', stageNames],
      ['role', lists.personRoles],
      ['action', lists.siteActions],
      ['actionTells', lists.siteActions],
      ['blocked', lists.blockedReasons],
      ['chipState', lists.chipStates],
      ['signerState', lists.signerStates],
      ['boardKind', lists.boardKinds],
      ['setUp.work', lists.setUpSteps],
      ['setUp.profile', lists.signerProfiles],
      ['setUp.fault', lists.setUpFaults],
      ['export.formats', lists.exportFormats],
      ['activity.levels', lists.activityLevels],
      ['health.name', lists.healthIds],
      ['health.tell', lists.healthIds],
      ['logColumn', signingLogColumns],
    ];
    for (const [group, members] of wanted)
      for (const member of members) expect(english.has(`${group}.${member}`), `${group}.${member}`).toBe(true);
    for (const kind of lists.bandKinds) expect(english.has(`band.${kind}.title`), kind).toBe(true);
  });

  it('error sentences exist for every code in every language', () => {
    expect(Object.keys(sentences).sort()).toEqual(Object.keys(errorCodes).sort());
  });
});

/** Files of the screens that draw something. */
function components(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return ['gallery', 'texts'].includes(name) ? [] : components(path);
    return path.endsWith('.tsx') ? [path] : [];
  });
}

interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function walk(value: unknown, visit: (node: Node) => void): void {
  if (Array.isArray(value)) for (const item of value) walk(item, visit);
  else if (isNode(value)) {
    visit(value);
    for (const inner of Object.values(value)) if (typeof inner === 'object') walk(inner, visit);
  }
}

describe('components', () => {
  /** Names, codes and units are the same in every language. */
  const allowed =
    /^(?:[\d\s.,:;·/+–—%≈←↑→↓…()-]*|SlotConfig|KeyConfig|ATECC508A|ATECC608|OTP|PASS|FAIL|PEM|GenKey|PrivWrite|English|Deutsch|Signet|Enter|Esc|Shift Enter|ms|s|px|\?)$/;

  it('hold no words of their own', () => {
    const files = components(fileURLToPath(new URL('../../src-renderer', import.meta.url)));
    expect(files.length).toBeGreaterThan(50);
    const found: string[] = [];
    for (const file of files) {
      const { program } = parseSync(file, readFileSync(file, 'utf8'));
      walk(program, (node) => {
        if (node.type === 'JSXText' && typeof node['value'] === 'string' && !allowed.test(node['value'].trim()))
          found.push(`${file}: ${node['value'].trim()}`);
        if (node.type !== 'JSXAttribute' || !isNode(node['name']) || !isNode(node['value'])) return;
        const name = String(node['name']['name']);
        const value = node['value']['value'];
        if (['aria-label', 'title', 'placeholder', 'alt', 'label'].includes(name) && typeof value === 'string') {
          if (!allowed.test(value) && !/^[0-9a-z.:/…]+$/.test(value)) found.push(`${file}: ${name}=${value}`);
        }
      });
    }
    expect(found).toEqual([]);
  });
});
