import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CertificateDefinition,
  definitionDigestHex,
  encodeDefinition,
  faultText,
  noElement,
  parseCSource,
  parseCSourceBytes,
  sourceLimits,
  writeDefinitionSource,
} from '../../src-shared/certificates/index.ts';
import { definitions } from './arbitraries.ts';
import { withCompiler } from './compiler.ts';
import { sampleDefinitions } from './sample-definitions.ts';

function samplePath(file: string): string {
  return new URL(`samples/${file}`, import.meta.url).pathname;
}

function parsed(text: string) {
  const source = parseCSource(text);
  if (!source.ok) throw new Error(faultText(source.failure));
  return source.value;
}

function refusal(text: string): string {
  const source = parseCSource(text);
  return source.ok ? 'accepted' : faultText(source.failure);
}

/** A definition of one member, for expressions: the value of `expire_years` or of a count. */
function countOf(expression: string, before = ''): number {
  const [first] = parsed(`${before}\nconst atcacert_def_t d = { .tbs_cert_loc.count = ${expression} };`).definitions;
  if (first === undefined) throw new Error('no definition');
  return first.definition.tbsLocation.count;
}

describe('samples in every public style (signer-and-server.md 3.2)', () => {
  it.each(sampleDefinitions)('%s means what it should', (file, expected) => {
    const { definitions: found } = parsed(readFileSync(samplePath(file), 'utf8'));
    expect(found.map(({ name }) => name)).toEqual(Object.keys(expected));
    for (const { name, definition } of found) {
      const wanted = expected[name];
      expect(wanted).toBeDefined();
      if (wanted === undefined) continue;
      expect(definition).toEqual(wanted);
      expect(definitionDigestHex(definition)).toBe(definitionDigestHex(wanted));
    }
  });

  it.each(sampleDefinitions)('%s is C99', (file) => {
    withCompiler((compiler) => compiler.checkFile(samplePath(file)));
  });

  it('tells the CA definition and the byte arrays by name', () => {
    const device = parsed(readFileSync(samplePath('atmel-2015/cert_def_2_device.c'), 'utf8'));
    expect(device.definitions[0]?.caDefinition).toBe('g_cert_def_1_signer');
    const signer = parsed(readFileSync(samplePath('atmel-2015/cert_def_1_signer.c'), 'utf8'));
    expect(signer.byteArrays.get('g_signer_1_ca_public_key')).toHaveLength(64);
  });

  it('knows where each member stands', () => {
    const text = readFileSync(samplePath('zero-touch-2017/cert_def_1_signer.c'), 'utf8');
    const [signer] = parsed(text).definitions;
    const at = signer?.placeOf('cert_sn_dev_loc.offset');
    expect(text.split('\n')[(at?.line ?? 0) - 1]?.slice((at?.column ?? 0) - 1)).toMatch(/^20-16/);
    const missing = signer?.placeOf('ca_cert_def');
    expect(text.split('\n')[(missing?.line ?? 0) - 1]).toContain('g_cert_def_1_signer = {');
  });
});

describe('written sources', () => {
  it('parse back to the same definition, whatever it is', () => {
    fc.assert(
      fc.property(definitions, (definition) => {
        const text = writeDefinitionSource({
          comment: ['a */ in a comment'],
          definitions: [{ name: 'g_def', definition }],
        });
        const [found] = parsed(text).definitions;
        expect(found?.definition).toEqual(definition);
      }),
      { numRuns: 150 },
    );
  });

  it('compile as strict C99 and hold the same numbers for the compiler', () => {
    const sample = fc.sample(definitions, { numRuns: 12, seed: 7 });
    withCompiler((compiler) => {
      const named = sample.map((definition, index) => ({
        name: `g_def_${index}`,
        definition,
        ...(index % 2 === 1 ? { caDefinition: `g_def_${index - 1}` } : {}),
      }));
      const array = { name: 'g_ca_public_key', bytes: Uint8Array.of(1, 2, 3), comment: 'a key' };
      const text = writeDefinitionSource({ comment: ['all of them'], arrays: [array], definitions: named });
      compiler.check(text);
      const printed = compiler.run(`${text}
#include <stdio.h>
static void put(unsigned v, int n) { while (n-- > 0) printf("%02x", (v >> (8 * n)) & 0xff); }
static void dev(atcacert_device_loc_t l) { put(l.zone, 1); put(l.slot, 2); put(l.is_genkey, 1); put(l.offset, 2); put(l.count, 2); }
static void loc(atcacert_cert_loc_t l) { put(l.offset, 2); put(l.count, 2); }
static void def(const atcacert_def_t* d) {
  int i; unsigned n;
  printf("41444631"); put(d->type, 1); put(d->template_id, 1); put(d->chain_id, 1); put(d->private_key_slot, 2); put(d->sn_source, 1);
  dev(d->cert_sn_dev_loc); put(d->issue_date_format, 1); put(d->expire_date_format, 1); loc(d->tbs_cert_loc); put(d->expire_years, 1);
  dev(d->public_key_dev_loc); dev(d->comp_cert_dev_loc); put(8, 1); for (i = 0; i < 8; i++) loc(d->std_cert_elements[i]);
  put(d->cert_elements_count, 1);
  for (n = 0; n < d->cert_elements_count; n++) {
    const atcacert_cert_element_t* e = &d->cert_elements[n]; const char* c;
    for (i = 0; e->id[i]; i++) {} put(i, 1); for (c = e->id; *c; c++) put((unsigned char)*c, 1);
    dev(e->device_loc); loc(e->cert_loc); put(2, 1); put(e->transforms[0], 1); put(e->transforms[1], 1);
  }
  put(d->cert_template_size, 2); for (n = 0; n < d->cert_template_size; n++) put(d->cert_template[n], 1);
  printf("\\n");
}
int main(void) { ${named.map(({ name }) => `def(&${name});`).join(' ')} return 0; }`);
      const ours = sample.map((definition) => {
        const encoded = encodeDefinition(definition);
        return encoded.ok ? Buffer.from(encoded.value).toString('hex') : 'refused';
      });
      expect(printed.trim().split('\n')).toEqual(ours);
    });
  });

  it('refuse a name that is no identifier', () => {
    const [definition] = fc.sample(definitions, { numRuns: 1, seed: 1 });
    if (definition === undefined) throw new Error('no sample');
    expect(() => writeDefinitionSource({ comment: [], definitions: [{ name: 'a b', definition }] })).toThrow(
      RangeError,
    );
  });
});

describe('expressions', () => {
  it('give what a C compiler gives, macros without parentheses included', () => {
    const leaf = fc.oneof(
      fc.integer({ min: 0, max: 300 }).map(String),
      fc.integer({ min: 0, max: 0xffff }).map((n) => `0x${n.toString(16)}u`),
      fc.integer({ min: 0, max: 511 }).map((n) => `0${n.toString(8)}`),
      fc.constantFrom(
        "'A'",
        "'\\n'",
        "'\\x41'",
        "'\\101'",
        'sizeof(bytes)',
        'sizeof bytes',
        'sizeof(bytes[0])',
        'TWO_PLUS',
        'MINUS',
        'NESTED',
      ),
    );
    const { tree } = fc.letrec<{ tree: string }>((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        leaf,
        fc
          .tuple(tie('tree'), fc.constantFrom('+', '-', '*', '|', '&', '^', '<', '>=', '==', '&&', '||'), tie('tree'))
          .map((p) => p.join(' ')),
        fc.tuple(tie('tree'), fc.constantFrom('/', '%'), fc.integer({ min: 1, max: 9 })).map((p) => p.join(' ')),
        fc.tuple(tie('tree')).map(([inner]) => `((${inner}) & 0x3ff) << 3`),
        fc.tuple(tie('tree')).map(([inner]) => `(unsigned)(${inner}) >> 2`),
        fc
          .tuple(
            fc.constantFrom('-', '~', '!', '+', '(uint8_t)', '(uint16_t)', '(int8_t)', '(long)', '(unsigned char)'),
            tie('tree'),
          )
          .map(([op, inner]) => `${op}(${inner})`),
        fc.tuple(tie('tree'), tie('tree'), tie('tree')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
      ),
    }));
    const head = '#include <stdint.h>\n#define TWO_PLUS 2 + 3\n#define MINUS -4\n#define NESTED TWO_PLUS * MINUS\n';
    const array = 'const uint8_t bytes[5] = { 1, 2, 3, 4, 5 };\n';
    const all = fc.sample(tree, { numRuns: 400, seed: 20 }).filter((text) => text.length < 600);
    const usable = all.filter(
      (text) => parseCSource(`${head}${array}const atcacert_def_t d = { .chain_id = ((${text}) ? 1 : 1) };`).ok,
    );
    // Signed overflow, which C leaves undefined, is refused: the rest must be nearly everything.
    expect(usable.length).toBeGreaterThan(all.length * 0.8);
    withCompiler((compiler) => {
      const lines = usable.map((text) => `printf("%llu\\n", (unsigned long long)((${text}) & 0xffff));`);
      const printed = compiler.run(
        `${head}#include <stdio.h>\n${array}int main(void) {\n${lines.join('\n')}\nreturn 0; }`,
      );
      expect(usable.map((text) => countOf(`(${text}) & 0xffff`, head + array))).toEqual(
        printed.trim().split('\n').map(Number),
      );
    });
  });

  it.each([
    ['010', 8],
    ['0x10UL', 16],
    ["'0'", 48],
    ['20-16', 4],
    ['(uint8_t)-1', 255],
    ['~0u & 0xFFFF', 65535],
    ['SNSRC_PUB_KEY_HASH + STDCERT_CERT_SN', 15],
    ['1 ? 2 : 1 ? 3 : 4', 2],
    ['(uint16_t)(uint8_t)0x1FF', 255],
  ])('%s is %i', (expression, value) => {
    expect(countOf(expression)).toBe(value);
  });
});

describe('initialisers', () => {
  it('give what a C compiler gives, braces left out and designators mixed in', () => {
    const number = fc.integer({ min: 0, max: 65535 }).map(String);
    const braced = fc.oneof(
      fc.tuple(number, number).map(([a, b]) => `{ ${a}, ${b} }`),
      number.map((a) => `{ ${a} }`),
      number.map((a) => `{ .count = ${a}, }`),
      fc.tuple(number, number).map(([a, b]) => `{ .count = ${a}, .offset = ${b} }`),
    );
    const item = fc.oneof(
      braced,
      fc.tuple(number, number).map(([a, b]) => `${a}, ${b}`),
      fc.tuple(fc.integer({ min: 0, max: 3 }), braced).map(([index, value]) => `[${index}] = ${value}`),
      fc
        .tuple(fc.integer({ min: 0, max: 3 }), number)
        .map(([index, a]) => `[${index}].count = ${a}, [${index + 1}] = { 7 }`),
      fc.tuple(fc.integer({ min: 0, max: 3 }), number).map(([index, a]) => `[${index}] = { ${a} }, 1, 2`),
    );
    const lists = fc
      .sample(fc.array(item, { maxLength: 2 }), { numRuns: 120, seed: 5 })
      .map((items) => items.join(', '));
    const usable = lists.filter((list) => list !== '');
    const source = (list: string, name: string) =>
      `const atcacert_def_t ${name} = { .std_cert_elements = { ${list} } };`;
    withCompiler((compiler) => {
      const printed = compiler.run(`#include <stdio.h>
#include "atcacert/atcacert_def.h"
${usable.map((list, index) => source(list, `d${index}`)).join('\n')}
static void put(const atcacert_def_t* d) { int i; for (i = 0; i < 8; i++) printf("%u,%u ", d->std_cert_elements[i].offset, d->std_cert_elements[i].count); printf("\\n"); }
int main(void) { ${usable.map((_, index) => `put(&d${index});`).join(' ')} return 0; }`);
      const ours = usable.map((list) => {
        const [found] = parsed(source(list, 'd')).definitions;
        const elements = Object.values(found?.definition.standardElements ?? {});
        return elements.map(({ offset, count }) => `${offset},${count} `).join('');
      });
      expect(ours).toEqual(
        printed
          .trimEnd()
          .split('\n')
          .map((line) => `${line.trimEnd()} `),
      );
    });
  });

  it.each([
    [
      'chained designators',
      '{ .tbs_cert_loc.offset = 3, .tbs_cert_loc.count = 4 }',
      { tbsLocation: { offset: 3, count: 4 } },
    ],
    ['a member set twice', '{ .chain_id = 1, .chain_id = 2 }', { chainId: 2 }],
    ['a number in braces', '{ .chain_id = { 3 } }', { chainId: 3 }],
    [
      'values behind a designator',
      '{ .chain_id = 1, 9, SNSRC_SIGNER_ID }',
      { chainId: 1, privateKeySlot: 9, snSource: 9 },
    ],
    [
      'parts of a member that stands already',
      '{ .tbs_cert_loc = { 1, 2 }, .tbs_cert_loc.count = 9 }',
      { tbsLocation: { offset: 1, count: 9 } },
    ],
  ])('%s', (_what, value, expected) => {
    expect(parsed(`const atcacert_def_t d = ${value};`).definitions[0]?.definition).toMatchObject(expected);
  });
});

describe('refusals say line and column', () => {
  const definition = (inner: string): string => `const atcacert_def_t d = {\n    ${inner}\n};\n`;
  it.each([
    ['a function body', 'int main(void)\n{ return 0; }', '2:1: functions are outside the subset'],
    ['a statement', 'x = 3;', "1:3: a name expected, not '='"],
    ['a union', 'union u { int a; };', "1:1: 'union' is outside the subset"],
    ['a typedef', '\n  typedef int x;', "2:3: 'typedef' is outside the subset"],
    ['a structure', 'struct s { int a; };', '1:10: structure definitions and statements are outside the subset'],
    ['an unknown type', 'const float f = 1;', '1:7: the type float is outside the subset'],
    ['an unknown member', definition('.colour = 1'), "2:6: atcacert_def_t has no member 'colour'"],
    ['an unknown name', definition('.chain_id = CHAIN'), "2:17: 'CHAIN' is not known as a number"],
    ['a number too wide for its member', definition('.chain_id = 16'), '2:17: chain_id: 16 is not within 0..15'],
    ['a negative number', definition('.expire_years = -1'), '2:21: expire_years: -1 does not fit'],
    ['a byte of 256', 'const uint8_t a[] = {\n  1,\n  0x100 };', '3:3: 256 does not fit a byte'],
    ['too many values', 'const uint8_t a[2] = { 1, 2, 3 };', '1:30: more values than the array has places'],
    ['a text for a number', definition('.chain_id = "1"'), '2:17: an integer expected, not \'"1"\''],
    [
      'a template that is not there',
      definition('.cert_template = g_t,\n    .cert_template_size = 4'),
      "2:22: 'g_t' is no array of this file",
    ],
    [
      'a template that is too short',
      `const uint8_t t[] = { 1, 2 };\n${definition('.cert_template = t, .cert_template_size = 3')}`,
      '3:47: cert_template_size 3 is more than the array holds',
    ],
    [
      'elements that are not there',
      definition('.cert_elements = NULL, .cert_elements_count = 1'),
      '2:22: cert_elements points to no array of this file',
    ],
    [
      'a signature of another curve',
      definition('.std_sig_size = 96'),
      '2:21: std_sig_size 96: only P-256 signatures (64 bytes) are known',
    ],
    [
      'is_genkey of 2',
      definition('.public_key_dev_loc = { .is_genkey = 2 }'),
      '2:42: public_key_dev_loc.is_genkey: 2 is not 0 or 1',
    ],
    ['a date format of 5', definition('.issue_date_format = 5'), '2:26: issue_date_format: 5 is not a date format'],
    [
      'a zone of 5',
      definition('.comp_cert_dev_loc = { 5 }'),
      '2:28: comp_cert_dev_loc.zone: 5 is not a zone (0..4 or 7)',
    ],
    [
      'an id of 25 characters',
      `const atcacert_cert_element_t e[] = { { .id = "${'x'.repeat(26)}" } };`,
      '1:47: the text is longer than 25 bytes',
    ],
    ['a division by zero', definition('.chain_id = 1 / (2 - 2)'), '2:19: a division by zero'],
    ['a shift beyond the width', definition('.chain_id = 1 << 32'), '2:19: a shift beyond the width'],
    ['signed overflow', definition('.chain_id = 0x7fffffff + 1'), '2:28: the result does not fit 32 bits'],
    ['a broken number', definition('.chain_id = 0x1G'), "2:17: '0x1G' is not an integer"],
    ['an octal with a 9', definition('.chain_id = 019'), "2:17: '019' is not an integer"],
    [
      'a value behind a chained designator',
      definition('.tbs_cert_loc.offset = 1, 2'),
      '2:31: a value without designator behind a chained designator is outside the subset',
    ],
    ['a member of a number', definition('.chain_id.x = 1'), '2:15: a member of something that has no members'],
    ['an index into a number', definition('.chain_id[0] = 1'), '2:14: an index into something that is no array'],
    ['an index beyond the array', definition('.std_cert_elements[8] = { 1 }'), '2:23: index 8 is outside the array'],
    [
      'more values than members',
      definition('.tbs_cert_loc = { 1, 2, 3 }'),
      '2:29: more values than atcacert_cert_loc_t has members',
    ],
    ['a number for a pointer', definition('.cert_template = 5'), "2:22: a pointer expected, not '5'"],
    [
      'a pointer into the middle',
      'const uint8_t t[] = {1};\nconst atcacert_def_t d = { .cert_template = &t[1] };',
      '2:48: only the first element can be pointed to',
    ],
    ['a cast that is none', definition('.cert_template = (uint8_t)t'), '2:22: a cast to a pointer expected'],
    ['a structure without braces', 'const atcacert_def_t d = 1;', "1:26: '{' expected, not '1'"],
    ['an unknown size', 'const uint8_t a[] = { sizeof(b) };', "1:30: the size of 'b' is not known here"],
    [
      'a structure for a certinfo array',
      'const atcaprov_cert_info_t c[2] = { { 1 } };',
      '1:1: arrays of this structure are outside the subset',
    ],
    ['too many words', `${'a '.repeat(40)};`, '1:65: too many words in front of a declaration'],
    ['an escape of its own', "const uint8_t a[] = { '\\q' };", '1:23: the escape \\q is outside the subset'],
    ['a hex escape of three digits', 'const char a[] = "\\x100";', '1:18: a hex escape has a value of 0..FF'],
    ['an array of arrays', 'const uint8_t a[2][2] = { { 1 } };', '1:16: arrays of arrays are outside the subset'],
    ['a second definition', 'const uint8_t a[] = {1};\nconst uint8_t a[] = {2};', "2:15: 'a' is defined twice"],
    [
      'a macro with parameters in use',
      '#define F(x) x\nconst uint8_t a[] = { F(1) };',
      '2:23: the macro F has parameters, which is outside the subset',
    ],
    ['a macro of two meanings', '#define A 1\n#define A 2', '2:9: the macro A has another definition already'],
    [
      'a macro of itself',
      '#define A B\n#define B (A)\nconst uint8_t a[] = { A };',
      '3:23: the macro A refers to itself',
    ],
    ['an undefined macro', '#define A 1\n#undef A', '2:1: #undef of a macro of this file is outside the subset'],
    ['#if without end', '#if 1\nconst uint8_t a[] = {1};', '1:2: the #if has no #endif'],
    ['#endif without #if', '\n#endif', '2:2: #endif without #if'],
    ['a second #else', '#if 0\n#else\n#else\n#endif', '3:2: a second #else'],
    ['#if of nothing', '#if\n#endif', '1:2: #if without a condition'],
    [
      '#error in force',
      '#if ATCACERT_INTEGRATION_EN\n#error no\n#else\n#error stop here\n#endif',
      '4:1: the file stops itself: #error stop here',
    ],
    ['an unknown directive', '#assert x', '1:2: #assert is outside the subset'],
    ['a comment without end', '/* a\n/* b', '1:1: the comment is not closed'],
    ['a text without end', 'const char a[] = "abc\n";', '1:18: the quotation is not closed on its line'],
    [
      'a strange character',
      'const uint8_t a[] = { 1 @ 2 };',
      '1:25: the character "@" has no place outside comments and strings',
    ],
    [
      'a file that stops early',
      'const uint8_t a[] = { 1,\n 2',
      "2:3: '}' expected or ',' between values, not the end of the file",
    ],
    [
      'a missing semicolon',
      'const uint8_t a[] = { 1 }\nconst uint8_t b[] = { 1 };',
      "2:1: ';' expected behind a declaration, not 'const'",
    ],
    ['an open extern block', 'extern "C" {\nconst uint8_t a[] = {1};', '2:25: \'}\' of extern "C" is missing'],
    [
      'a certinfo without its key',
      'const atcaprov_cert_info_t c = { .version = 1 };',
      '1:32: signer_ca_public_key points to no array of this file',
    ],
  ])('%s', (_what, text, expected) => {
    expect(refusal(text)).toBe(expected);
  });

  it('counts columns behind comments, tabs, CR LF and line splices', () => {
    expect(refusal('/* a\r\nb */\tconst uint8_t a[] = { 1, $ };')).toContain('2:31: ');
    expect(refusal('const uint8_t a[] = { 1,\\\n  $ };')).toContain('2:3: ');
  });
});

describe('limits', () => {
  it('refuses a file above 1 MiB, in characters and in bytes', () => {
    expect(refusal(' '.repeat(sourceLimits.fileBytes + 1))).toContain('the file is larger than');
    expect(refusal(`//${'é'.repeat(sourceLimits.fileBytes / 2)}`)).toContain('the file is larger than');
    expect(parseCSource(' '.repeat(sourceLimits.fileBytes)).ok).toBe(true);
    expect(parseCSourceBytes(new Uint8Array(sourceLimits.fileBytes + 1)).ok).toBe(false);
  });

  it('refuses bytes that are not UTF-8', () => {
    const refused = parseCSourceBytes(Uint8Array.of(0x2f, 0x2f, 0xff));
    expect(refused.ok ? '' : refused.failure.reason).toBe('the file is not UTF-8 text');
  });

  it('takes an array of 64 KiB and refuses a longer one', () => {
    const array = (count: number): string => `const uint8_t a[] = {${'1,'.repeat(count)}};`;
    expect(parsed(array(65536)).byteArrays.get('a')).toHaveLength(65536);
    expect(refusal(array(65537))).toContain('an array of more than 65536');
    expect(refusal('const uint8_t a[65537] = {1};')).toContain('1:17: an array of 65537 elements');
    expect(refusal('const uint8_t a[] = {[65536] = 1};')).toContain('index 65536 is outside the array');
  });

  it.each([
    ['parentheses', (n: number) => `const uint8_t a[] = { ${'('.repeat(n)}1${')'.repeat(n)} };`],
    ['#if', (n: number) => `${'#if 1\n'.repeat(n)}${'#endif\n'.repeat(n)}`],
    [
      'macros',
      (n: number) =>
        `${Array.from({ length: n - 1 }, (_, i) => `#define A${i} A${i + 1}\n`).join('')}#define A${n - 1} 1\nconst uint8_t a[] = { A0 };`,
    ],
    ['skipped brackets', (n: number) => `int x[] = ${'{'.repeat(n)}1${'}'.repeat(n)};`],
    ['conditionals', (n: number) => `const uint8_t a[] = { ${'1 ? '.repeat(n)}1${' : 1'.repeat(n)} };`],
  ])('takes 16 levels of %s and refuses 17', (_what, nested) => {
    expect(refusal(nested(16))).toBe('accepted');
    expect(refusal(nested(17))).toMatch(/nested/);
  });

  it('bounds what an expression may become, however it is asked for', () => {
    const doubling = Array.from({ length: 15 }, (_, i) => `#define A${i} A${i + 1}+A${i + 1}\n`).join('');
    expect(refusal(`${doubling}#define A15 1\nconst uint8_t a[] = { A0 };`)).toContain(
      'an expression of more than 4096 tokens',
    );
    const eight = Array.from({ length: 8 }, (_, i) => `#define A${i} A${i + 1}+A${i + 1}\n`).join('');
    const many = `${eight}#define A8 0\nconst uint8_t a[] = { ${'A0,'.repeat(60_000)} };`;
    expect(refusal(many)).toContain('the macros of this file expand to too much');
    const empty = Array.from({ length: 15 }, (_, i) => `#define E${i} ${`E${i + 1} `.repeat(8)}\n`).join('');
    expect(refusal(`${empty}#define E15\nE0 const uint8_t a[] = { 1 };`)).toContain(
      'the macros of this file expand to too much',
    );
    expect(refusal(`const uint8_t a[] = { ${'~'.repeat(100_000)}1 };`)).toContain(
      'an expression of more than 4096 tokens',
    );
    expect(refusal(`const uint8_t a[] = { ${'1+'.repeat(100_000)}1 };`)).toContain(
      'an expression of more than 4096 tokens',
    );
    expect(refusal(`#if ${'1+'.repeat(100_000)}1\n#endif`)).toMatch(/too much|more than 4096/);
    expect(refusal(`const uint8_t a[] = { ${'9'.repeat(100_000)} };`)).toContain('is not an integer');
  });

  it('never throws and never hangs on mutilated text', () => {
    const samples = sampleDefinitions.map(([file]) => readFileSync(samplePath(file), 'utf8'));
    fc.assert(
      fc.property(
        fc.constantFrom(...samples),
        fc.nat(),
        fc.nat({ max: 40 }),
        fc.string({
          unit: fc.constantFrom(
            '{',
            '}',
            '(',
            ')',
            '[',
            ']',
            '"',
            "'",
            '/*',
            '*/',
            '\\\n',
            '#if ',
            '\n',
            '0x',
            'sizeof',
            '.',
            ',',
            ';',
            '=',
            '\0',
            'é',
          ),
        }),
        (text, at, cut, insert) => {
          const from = at % text.length;
          const mutilated = text.slice(0, from) + insert + text.slice(from + cut);
          const result = parseCSource(mutilated);
          if (!result.ok) {
            expect(result.failure.line).toBeGreaterThanOrEqual(1);
            expect(result.failure.line).toBeLessThanOrEqual(mutilated.split(/\r\n|\r|\n/).length);
            expect(result.failure.column).toBeGreaterThanOrEqual(1);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('preprocessing', () => {
  it('has the compressed-certificate switch on, the integration off, and features as the file asks', () => {
    const text = `
#if ATCACERT_COMPCERT_EN && !ATCACERT_INTEGRATION_EN && defined ATCA_TNGTLS_SUPPORT && !defined(__cplusplus)
const uint8_t yes[] = { 1 };
#elif 1
const uint8_t no[] = { 1 };
#else
const uint8_t no[] = { 1 };
#endif
#ifndef UNHEARD_OF
const uint8_t also[] = { UNHEARD };
#define UNHEARD_OF
#endif`;
    expect(refusal(text)).toContain("'UNHEARD' is not known");
    expect([...parsed(text.replace('UNHEARD }', '2 }')).byteArrays.keys()]).toEqual(['yes', 'also']);
  });

  it('does not mind apostrophes and signs where nothing counts', () => {
    const text = `#if 0\nthis isn't C @ all: "\n#endif\n#define UNUSED don't\n#pragma that's it\nconst uint8_t a[] = { 1 };`;
    expect(refusal(text)).toBe('accepted');
    expect(refusal(text.replace('{ 1 }', '{ UNUSED }'))).toContain("6:23: 'don' is not known");
  });

  it('uses a macro only behind its definition', () => {
    expect(refusal('const uint8_t a[] = { N };\n#define N 1')).toContain("'N' is not known");
  });

  it('takes attributes, empty macros and prototypes in its stride', () => {
    const source = parsed(`
#define EXPORT
#define ALIGNED __attribute__((aligned(4)))
EXPORT static const ALIGNED uint8_t a[] __attribute__((section(".rodata"), used)) = { 1 };
const uint8_t b[2] PROGMEM = { 2, }, c[] = "ab";
int f(const uint8_t* x, int (*y)(void));
const uint16_t skipped[] = { 70000, { sizeof(thing) } };
static struct thing* const p = (struct thing*)q;
extern const uint8_t later[];
`);
    expect(Object.fromEntries([...source.byteArrays].map(([name, bytes]) => [name, [...bytes]]))).toEqual({
      a: [1],
      b: [2, 0],
      c: [97, 98, 0],
    });
  });

  it('an omitted definition is all zeros and NULL', () => {
    const [found] = parsed('const atcacert_def_t d = { 0 };').definitions;
    const zeros: Partial<CertificateDefinition> = {
      type: 0,
      expireYears: 0,
      tbsLocation: noElement,
      customElements: [],
    };
    expect(found?.definition).toMatchObject(zeros);
    expect(found?.definition.template).toHaveLength(0);
  });
});
