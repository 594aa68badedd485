import { describe, expect, it } from 'vitest';
import {
  digitTyped,
  enterStarts,
  type KeyPress,
  keyAction,
  moveInGrid,
  registerShortcut,
  runShortcut,
} from '../../src-renderer/app/keys.ts';
import { shortcutOf } from '../../src-renderer/parts/button.tsx';
import { holdProgress } from '../../src-renderer/parts/hold-button.tsx';

const press = (key: string, change: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrl: false,
  shift: false,
  alt: false,
  repeat: false,
  typing: false,
  dialog: false,
  ...change,
});

describe('keys', () => {
  it('are told by their names of the standard, several that are pressed together as one', () => {
    expect(['Enter', 'Esc', 'Shift Enter', 'Ctrl L'].map(shortcutOf)).toEqual([
      'Enter',
      'Escape',
      'Shift+Enter',
      'Control+L',
    ]);
  });

  it('Ctrl 1 to 5 are the five places, from anywhere', () => {
    const places = ['1', '2', '3', '4', '5'].map((key) =>
      keyAction(press(key, { ctrl: true, typing: true }), 'records'),
    );
    expect(places).toEqual(['line', 'signers', 'records', 'plan', 'activity'].map((place) => ({ do: 'go', place })));
    expect(keyAction(press('6', { ctrl: true }), 'line')).toBeUndefined();
  });

  it('in a dialog no key of ours does anything', () => {
    for (const key of ['Enter', 'v', '1', '?', '/'])
      expect(keyAction(press(key, { dialog: true }), 'line')).toBeUndefined();
    expect(keyAction(press('1', { ctrl: true, dialog: true }), 'line')).toBeUndefined();
  });

  it('while typing, letters are text; Ctrl C there is the browser’s own', () => {
    for (const key of ['Enter', 'v', '1', '?', '/', 'ArrowLeft'])
      expect(keyAction(press(key, { typing: true }), 'line')).toBeUndefined();
    expect(keyAction(press('c', { ctrl: true, typing: true }), 'line')).toBeUndefined();
    expect(keyAction(press('c', { ctrl: true }), 'line')).toEqual({ do: 'page', shortcut: 'copy' });
  });

  it('on Line: Enter, Shift Enter, choices, digits, arrows', () => {
    expect(keyAction(press('Enter'), 'line')).toEqual({ do: 'first' });
    expect(keyAction(press('Enter', { shift: true }), 'line')).toEqual({ do: 'all' });
    expect(keyAction(press('v'), 'line')).toEqual({ do: 'choice', choice: 'validate' });
    expect(keyAction(press('S', { shift: true }), 'line')).toEqual({ do: 'choice', choice: 'set-aside' });
    expect(keyAction(press('d'), 'line')).toEqual({ do: 'choice', choice: 'differences' });
    expect(keyAction(press('k'), 'line')).toEqual({ do: 'choice', choice: 'accept-key' });
    expect(keyAction(press('7'), 'line')).toEqual({ do: 'digit', digit: 7 });
    expect(keyAction(press('ArrowUp'), 'line')).toEqual({ do: 'move', dx: 0, dy: -1 });
    expect(keyAction(press('x'), 'line')).toBeUndefined();
  });

  it('elsewhere they mean nothing, so that a stray Enter starts no board', () => {
    for (const key of ['Enter', 'v', '7', 'ArrowUp']) expect(keyAction(press(key), 'records')).toBeUndefined();
  });

  it('a held key starts nothing, but a held arrow goes on', () => {
    expect(keyAction(press('Enter', { repeat: true }), 'line')).toBeUndefined();
    expect(keyAction(press('v', { repeat: true }), 'line')).toBeUndefined();
    expect(keyAction(press('ArrowRight', { repeat: true }), 'line')).toEqual({ do: 'move', dx: 1, dy: 0 });
  });

  it('Enter starts nothing for 400 ms after a board appeared', () => {
    expect(enterStarts(1000, 1399)).toBe(false);
    expect(enterStarts(1000, 1400)).toBe(true);
    expect(enterStarts(undefined, 0)).toBe(true);
  });
});

describe('digits', () => {
  const sixteen = Array.from({ length: 16 }, (_, index) => index + 1);

  it('focus at once when no two-digit number can follow', () => {
    for (const digit of [2, 3, 9]) expect(digitTyped(null, digit, sixteen)).toEqual({ focus: digit, pending: null });
    expect(digitTyped(null, 1, [1, 2, 3])).toEqual({ focus: 1, pending: null });
  });

  it('1 waits for a second digit; both make one number', () => {
    expect(digitTyped(null, 1, sixteen)).toEqual({ focus: null, pending: 1 });
    expect(digitTyped(1, 6, sixteen)).toEqual({ focus: 16, pending: null });
    expect(digitTyped(1, 0, sixteen)).toEqual({ focus: 10, pending: null });
    expect(digitTyped(1, 1, sixteen)).toEqual({ focus: 11, pending: null });
  });

  it('a second digit that makes no site counts for itself', () => {
    expect(digitTyped(1, 9, sixteen)).toEqual({ focus: 9, pending: null });
    expect(digitTyped(null, 0, sixteen)).toEqual({ focus: null, pending: null });
    expect(digitTyped(null, 8, [1, 2])).toEqual({ focus: null, pending: null });
  });
});

describe('arrows in a grid', () => {
  it('move within rows and columns and stop at the edges', () => {
    expect(moveInGrid(5, 1, 0, 4, 16)).toBe(6);
    expect(moveInGrid(5, 0, -1, 4, 16)).toBe(1);
    expect(moveInGrid(3, 1, 0, 4, 16)).toBe(3);
    expect(moveInGrid(4, -1, 0, 4, 16)).toBe(4);
    expect(moveInGrid(13, 0, 1, 4, 16)).toBe(13);
    expect(moveInGrid(2, 0, 1, 4, 6)).toBe(2);
    expect(moveInGrid(1, 0, 1, 4, 6)).toBe(5);
  });
});

describe('shortcuts of pages', () => {
  it('the newest page has them, and gives them back', () => {
    const ran: string[] = [];
    const offFirst = registerShortcut('export', () => ran.push('first'));
    const offSecond = registerShortcut('export', () => ran.push('second'));
    expect(runShortcut('export')).toBe(true);
    offSecond();
    runShortcut('export');
    offFirst();
    expect(runShortcut('export')).toBe(false);
    expect(ran).toEqual(['second', 'first']);
  });
});

describe('holding', () => {
  it('is done after two seconds, not before', () => {
    expect(holdProgress(1000, 1000)).toEqual({ share: 0, done: false });
    expect(holdProgress(1000, 2999)).toEqual({ share: 0.9995, done: false });
    expect(holdProgress(1000, 3000)).toEqual({ share: 1, done: true });
    expect(holdProgress(1000, 900)).toEqual({ share: 0, done: false });
  });
});
